# SPDX-License-Identifier: Apache-2.0
"""Writes datasets for Equipoise and reads its runs, with numpy and safetensors alone; frames are pandas' where it is
there, else dictionaries of lists."""

from importlib import import_module

# What is read or written needs numpy; the command `equipoise`, which is started through this package, does not.
_MODULES = {
    "write_dataset": "_datasets", "read_comparison": "_runs", "read_features": "_runs", "read_metrics": "_runs",
    "read_run": "_runs", "read_runs": "_runs", "read_search": "_runs",
}
__all__ = sorted(_MODULES)


def __getattr__(name):
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("." + _MODULES[name], __name__), name)

# SPDX-License-Identifier: Apache-2.0
"""Writes datasets for Equipoise and reads its runs, with numpy and safetensors alone; frames are pandas' where it is
there, else dictionaries of lists."""

from ._datasets import write_dataset
from ._runs import read_comparison, read_features, read_metrics, read_run, read_runs, read_search

__all__ = [
    "read_comparison", "read_features", "read_metrics", "read_run", "read_runs", "read_search", "write_dataset",
]

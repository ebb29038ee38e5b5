# SPDX-License-Identifier: Apache-2.0
"""torchvision beside any build of torch; has no golden numbers of its own.

    from torchvision_import import torchvision

PyPI's torchvision is built for torch with CUDA. Beside a torch for the CPU its library of operators
cannot be loaded, and then its Python part fails too, as it describes operators that nothing has
declared. No script needs them; declared, they keep it content.
"""

import ctypes
import importlib.util
from pathlib import Path

import torch


def _operators_load() -> bool:
    """Whether torchvision's library finds all that it was linked with; loading it declares its operators."""
    folder = Path(importlib.util.find_spec("torchvision").submodule_search_locations[0])
    try:
        return any(ctypes.CDLL(str(library)) for library in folder.glob("_C*"))
    except OSError:
        return False


# Kept for as long as the program runs: the declarations go with it.
_declarations = None
if not _operators_load():
    _declarations = torch.library.Library("torchvision", "DEF")
    for _name in ("nms", "qnms"):
        _declarations.define(f"{_name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")

import torchvision  # noqa: E402

__all__ = ["torchvision"]

# SPDX-License-Identifier: Apache-2.0
"""Golden optical flow.

Needs the versions of References/requirements.txt; run from the root of the repository. Writes
Tests/EquipoiseMotionTests/Goldens/optical_flow.safetensors.
"""

import cv2
import numpy as np
from safetensors.numpy import save_file

FILE = "Tests/EquipoiseMotionTests/Goldens/optical_flow.safetensors"
PRESETS = {"ultraFast": cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST,
           "fast": cv2.DISOPTICAL_FLOW_PRESET_FAST, "medium": cv2.DISOPTICAL_FLOW_PRESET_MEDIUM}


def main() -> None:
    # As the target Motion does.
    cv2.setNumThreads(1)
    # Blobs that turn and grow by a little.
    rows, columns = 72, 96
    noise = np.random.default_rng(2).uniform(size=(rows, columns, 3)).astype(np.float32)
    blobs = cv2.GaussianBlur(noise, (0, 0), 2)
    blobs = (blobs - blobs.min()) / (blobs.max() - blobs.min())
    first = np.rint(255 * blobs).astype(np.uint8)
    turn = cv2.getRotationMatrix2D((columns / 2, rows / 2), 2, 1.03)
    second = cv2.warpAffine(first, turn, (columns, rows), borderMode=cv2.BORDER_REFLECT)
    goldens = {"first": first, "second": second}
    for name, preset in PRESETS.items():
        search = cv2.DISOpticalFlow_create(preset)
        grey = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in (first, second)]
        goldens[name] = np.ascontiguousarray(search.calc(*grey, None).transpose(2, 0, 1))
    save_file(goldens, FILE)


main()

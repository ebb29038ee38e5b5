# SPDX-License-Identifier: Apache-2.0
"""Pictures and series changed by torchvision and tsaug, with the draws stated.

Needs the versions of References/requirements.txt.
Writes Tests/EquipoiseDataTests/Goldens/augmentation.safetensors; run from the root of the repository.
"""

import numpy as np
import torch
from safetensors.torch import save_file
from torchvision.transforms.v2 import InterpolationMode, RandAugment, functional
from tsaug import TimeWarp

FILE = "Tests/EquipoiseDataTests/Goldens/augmentation.safetensors"


def pictures() -> dict[str, torch.Tensor]:
    """Top 3, left 2, 5 rows and 7 columns of 9 x 11 enlarged; colours by factors that reach the limits."""
    picture = torch.rand(3, 9, 11, generator=torch.Generator().manual_seed(0))
    picture[:, 0, 0] = 0.25
    picture[:, 0, 1] = torch.tensor([1.0, 1.0, 0.0])
    cropped = functional.resized_crop(picture, 3, 2, 5, 7, [9, 11], antialias=True)
    jittered = functional.adjust_hue(
        functional.adjust_saturation(
            functional.adjust_contrast(functional.adjust_brightness(picture, 1.3), 0.6), 1.7
        ),
        -0.3,
    )
    return {
        "picture": picture,
        "cropped": cropped.contiguous(),
        "brightness": functional.adjust_brightness(picture, 1.3),
        "contrast": functional.adjust_contrast(picture, 1.6),
        "grey": functional.adjust_contrast(picture[:1].contiguous(), 0.4),
        "saturation": functional.adjust_saturation(picture, 0.2),
        "hue": functional.adjust_hue(picture, 0.4),
        "jittered": jittered,
    }


def rand_augment() -> dict[str, torch.Tensor]:
    """The operations of RandAugment on 24 x 20 pixels, as its own code calls them."""
    generator = torch.Generator().manual_seed(1)
    levels = torch.tensor([3, 40, 90, 100, 101, 180, 220], dtype=torch.uint8)
    picture = levels[torch.randint(0, 7, (3, 24, 20), generator=generator)]
    transform = RandAugment()
    strengths = {
        "ShearX": 0.09, "ShearY": -0.09, "TranslateX": 2.7, "TranslateY": -3.2, "Rotate": 9.0,
        "Sharpness": 0.27, "Posterize": 5, "Solarize": 0.7, "AutoContrast": 0.0, "Equalize": 0.0,
    }
    tensors = {"levels": picture}
    for name, strength in strengths.items():
        tensors[name] = transform._apply_image_or_video_transform(
            picture, name, strength, interpolation=InterpolationMode.NEAREST, fill={}
        ).contiguous()
    return tensors


def series() -> dict[str, torch.Tensor]:
    """20 steps of two channels, four speeds of ratio 3; then three of ratio 1.5 over seven steps."""
    tensors = {}
    for name, steps, changes, ratio in [("long", 20, 3, 3.0), ("short", 7, 2, 1.5)]:
        values = np.random.default_rng(steps).normal(size=(1, steps, 2))
        # tsaug draws these first.
        draws = np.random.RandomState(7).uniform(0, 1, size=(1, changes + 1))
        warped = TimeWarp(n_speed_change=changes, max_speed_ratio=ratio, seed=7).augment(values)
        tensors[f"{name}.values"] = torch.tensor(values[0], dtype=torch.float32)
        tensors[f"{name}.draws"] = torch.tensor(draws[0])
        tensors[f"{name}.warped"] = torch.tensor(warped[0], dtype=torch.float32)
    return tensors


def main() -> None:
    save_file(pictures() | rand_augment() | series(), FILE)


if __name__ == "__main__":
    main()

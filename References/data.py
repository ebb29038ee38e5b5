# SPDX-License-Identifier: Apache-2.0
"""A prepared dataset made by a few lines of Python, and golden numbers of the data tests.

Needs the versions of References/requirements.txt; run from the root of the repository. Writes into
Goldens of Tests/EquipoiseDataTests python_dataset/, of Tests/EquipoiseTestSupport data.safetensors, and of
Tests/EquipoiseRecipesTests small made-up sources of recipes: two_arrays.npz, tiny_mnist.npz, utd_mhad/.
"""

import json
import os

import numpy as np
import torch
from safetensors.numpy import save_file
from sklearn.decomposition import PCA

FOLDER = "Tests/EquipoiseRecipesTests/Goldens"


def dataset(path: str) -> None:
    """What another program does to make a prepared dataset."""
    os.makedirs(path, exist_ok=True)
    for split, count in [("train", 5), ("test", 2)]:
        sound = np.arange(count * 6, dtype=np.float32).reshape(count, 1, 2, 3) / 4
        image = np.arange(count * 4, dtype=np.uint8).reshape(count, 1, 2, 2) * 9
        label = np.arange(count, dtype=np.int64) % 2
        group = np.arange(count, dtype=np.int64) // 2
        tensors = {"audio": sound, "visual": image, "label": label, "group": group}
        save_file(tensors, f"{path}/{split}.safetensors")
    description = {
        "format": "equipoise-dataset", "version": 1, "name": "tiny", "classes": ["no", "yes"],
        "modalities": {
            "audio": {"kind": "spectrogram", "shape": [1, 2, 3], "dtype": "float32"},
            "visual": {"kind": "image", "shape": [1, 2, 2], "dtype": "uint8",
                       "mean": [0.25], "std": [0.5]},
        },
        "splits": {"train": [{"file": "train.safetensors", "count": 5}], "validation": [],
                   "test": [{"file": "test.safetensors", "count": 2}]},
    }
    json.dump(description, open(f"{path}/dataset.json", "w"), indent=2)


def goldens() -> dict[str, np.ndarray]:
    torch.manual_seed(0)
    arrays: dict[str, torch.Tensor] = {}
    plane = torch.rand(1, 1, 7, 10)
    arrays["plane"] = plane[0, 0]
    # Means over areas, whole and broken; and linear interpolation between pixel centres.
    arrays["plane/3x5"] = area(plane[0, 0].double(), 3, 5).float()
    bilinear = torch.nn.functional.interpolate(plane, (16, 13), mode="bilinear")
    arrays["plane/16x13"] = bilinear[0, 0]
    vectors = torch.randn(40, 6) * torch.tensor([5.0, 3.0, 2.0, 1.0, 0.5, 0.1]) + 2
    arrays["vectors"] = vectors
    pca = PCA(svd_solver="full").fit(vectors.double().numpy())
    kept = int(np.searchsorted(np.cumsum(pca.explained_variance_ratio_), 0.9)) + 1
    basis = pca.components_[:kept]
    reduced = pca.mean_ + (vectors.double().numpy() - pca.mean_) @ basis.T @ basis
    arrays["vectors/count"] = torch.tensor([kept])
    arrays["vectors/reduced"] = torch.from_numpy(reduced).float()
    frames = torch.randint(0, 256, (2, 3, 2, 4, 5), dtype=torch.uint8)
    mean, std = torch.tensor([0.1, 0.5, 0.7]), torch.tensor([0.2, 0.25, 0.4])
    scaled = frames.float() / 255
    arrays["frames"] = frames
    arrays["frames/normalised"] = (scaled - mean[:2].view(2, 1, 1)) / std[:2].view(2, 1, 1)
    arrays["frames/mean"] = scaled.double().mean((0, 1, 3, 4))
    arrays["frames/std"] = scaled.double().std((0, 1, 3, 4), unbiased=False)
    return {name: array.contiguous().numpy() for name, array in arrays.items()}


def area(plane: torch.Tensor, rows: int, columns: int) -> torch.Tensor:
    """The mean over equal parts of the plane, pixels counted by how much of them lies inside."""

    def weights(old: int, new: int) -> torch.Tensor:
        edges = torch.arange(new + 1, dtype=torch.float64) * old / new
        pixels = torch.arange(old, dtype=torch.float64)
        low = torch.maximum(edges[:-1, None], pixels[None])
        high = torch.minimum(edges[1:, None], pixels[None] + 1)
        return (high - low).clamp(min=0) * new / old

    return weights(plane.shape[0], rows) @ plane @ weights(plane.shape[1], columns).T


def sources() -> None:
    """Inputs of the recipes, laid out as the real ones."""
    first, second = np.arange(3), np.arange(32, dtype=np.uint8).reshape(8, 4)
    np.savez_compressed(f"{FOLDER}/two_arrays.npz", first=first, second=second)
    labels = np.arange(40) % 10
    images = np.broadcast_to((10 * labels).astype(np.uint8)[:, None, None], (40, 28, 28))
    np.savez_compressed(f"{FOLDER}/tiny_mnist.npz", images=images, labels=labels)
    folder = f"{FOLDER}/utd_mhad"
    os.makedirs(folder, exist_ok=True)
    rows, inertial, skeleton = ["id,action,label,subject,trial"], {}, {}
    for subject in (1, 2, 7):
        depth, flow = {}, {}
        for action in (1, 27):
            name, short = f"a{action}_s{subject}_t1", f"a{action}_t1"
            rows.append(f"{name},{action},{action - 1},{subject},1")
            frames = np.arange(4, dtype=np.uint16)[:, None, None]
            depth[short] = np.broadcast_to(1600 + 160 * frames, (4, 12, 10)).astype(np.uint16)
            motion = np.array([4, -4])[None, :, None, None] * np.arange(8)[:, None, None, None]
            flow[short] = np.broadcast_to(motion, (8, 2, 6, 5)).astype(np.int8)
            steps = np.arange(32)[:, None] * np.arange(1, 7)[None]
            inertial[name] = steps.astype(np.float32)
            joints = np.arange(20)[None, :, None] * np.arange(1, 4)[None, None]
            skeleton[name] = np.broadcast_to(joints, (12, 20, 3)).astype(np.float32)
        np.savez_compressed(f"{folder}/depth_s{subject}.npz", **depth)
        np.savez_compressed(f"{folder}/flow_s{subject}.npz", **flow)
    np.savez_compressed(f"{folder}/inertial.npz", **inertial)
    np.savez_compressed(f"{folder}/skeleton.npz", **skeleton)
    with open(f"{folder}/meta.csv", "w") as file:
        file.write("\n".join(rows) + "\n")


if __name__ == "__main__":
    dataset("Tests/EquipoiseDataTests/Goldens/python_dataset")
    save_file(goldens(), "Tests/EquipoiseTestSupport/Goldens/data.safetensors")
    sources()

# SPDX-License-Identifier: Apache-2.0
"""Golden spectrograms, filter banks and resized images of the feature tests.

Needs the versions of References/requirements.txt; run from the root of the repository. Writes
Tests/EquipoiseFeaturesTests/Goldens/features.safetensors.
"""

import importlib.util
import sys
import types

import librosa
import numpy as np
import torch
from PIL import Image
from safetensors.numpy import save_file
from scipy.signal import spectrogram

FILE = "Tests/EquipoiseFeaturesTests/Goldens/features.safetensors"


def kaldi_module() -> types.ModuleType:
    """torchaudio.compliance.kaldi by itself: the package around it loads CUDA's libraries, which it needs
    for nothing here."""
    package = importlib.util.find_spec("torchaudio").submodule_search_locations[0]
    sys.modules["torchaudio"] = types.ModuleType("torchaudio")
    spec = importlib.util.spec_from_file_location("kaldi", f"{package}/compliance/kaldi.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def recording(rate: int, seconds: float) -> np.ndarray:
    """Two tones, one of them gliding, and noise."""
    time = np.arange(int(rate * seconds)) / rate
    tones = np.sin(2 * np.pi * (200 + 900 * time) * time) + np.sin(2 * np.pi * 3100 * time)
    noise = np.random.default_rng(5).normal(size=time.shape)
    return np.clip(0.5 * tones + 0.02 * noise + 0.03, -1, 1).astype(np.float32)


def tiled(samples: np.ndarray, count: int) -> np.ndarray:
    return np.tile(samples, -(-count // len(samples)))[:count]


def main() -> None:
    kaldi = kaldi_module()
    goldens: dict[str, np.ndarray] = {}
    short = recording(22_050, 0.8)
    goldens["audio/22050"] = short
    # In double precision: single precision leaves of a quiet frequency no four digits of a logarithm.
    short = short.astype(np.float64)
    for mode in ["constant", "reflect"]:
        stft = librosa.stft(tiled(short, 66_150), n_fft=512, hop_length=353, pad_mode=mode)
        goldens[f"ogm_ge/{mode}"] = kept(np.log(np.abs(stft) + 1e-7))
    audio = recording(16_000, 1.1)
    goldens["audio/16000"] = audio
    audio = audio.astype(np.float64)
    stft = librosa.stft(tiled(audio, 80_000), n_fft=256, hop_length=128, pad_mode="constant")
    goldens["vggsound"] = kept(np.log(np.abs(stft) + 1e-7))
    _, _, power = spectrogram(tiled(audio, 48_000), 16_000, nperseg=512, noverlap=353)
    power = np.log(power + 1e-7)
    goldens["pmr"] = kept((power - power.mean()) / (power.std() + 1e-9))
    wave = torch.from_numpy(audio)[None]
    bank = kaldi.fbank(
        wave - wave.mean(), htk_compat=True, sample_frequency=16_000, use_energy=False,
        window_type="hanning", num_mel_bins=128, dither=0.0, frame_shift=10)
    bank = torch.nn.functional.pad(bank, (0, 0, 0, 1024 - len(bank)))
    goldens["relearning"] = kept((((bank + 4.503877) / (2 * 5.141276)).T).numpy())
    for rate, bands in [(16_000, 40), (22_050, 23)]:
        wave = torch.from_numpy(short if rate == 22_050 else audio)[None]
        goldens[f"fbank/{rate}"] = kept(
            kaldi.fbank(wave, num_mel_bins=bands, dither=0.0, sample_frequency=rate).T.numpy())
    mel = librosa.feature.melspectrogram(
        y=short, sr=22_050, n_fft=512, hop_length=353, n_mels=64, pad_mode="constant")
    goldens["log_mel"] = kept(np.log(mel + 1e-7))
    images(goldens)
    save_file({name: np.ascontiguousarray(array) for name, array in goldens.items()}, FILE)


def kept(spectrogram: np.ndarray) -> np.ndarray:
    """Every 16th frame: the whole would be a large file."""
    return spectrogram[:, ::16].astype(np.float32)


def images(goldens: dict[str, np.ndarray]) -> None:
    import torchvision_import  # noqa: F401, before anything of torchvision's
    from torchvision.transforms import InterpolationMode, v2

    rows, columns = np.mgrid[:45, :60]
    colours = [rows * 5 + columns, (rows * columns) % 256, 255 * ((rows // 4 + columns // 3) % 2)]
    image = np.stack(colours, axis=2).astype(np.uint8)
    goldens["image"] = image
    planes = torch.from_numpy(image).permute(2, 0, 1)
    for name, size in {"shrunk": (17, 23), "grown": (70, 64), "mixed": (60, 30)}.items():
        resize = v2.Resize(size, InterpolationMode.BILINEAR, antialias=True)
        goldens[f"resize/{name}"] = resize(planes).numpy()
        small = Image.fromarray(image).resize(size[::-1], Image.Resampling.BILINEAR)
        goldens[f"pil/{name}"] = np.asarray(small).transpose(2, 0, 1)
    centre = v2.Compose([v2.Resize(31, antialias=True), v2.CenterCrop((24, 28))])
    goldens["centre"] = centre(planes).numpy()
    normalise = v2.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    goldens["normalised"] = normalise(v2.ToDtype(torch.float32, scale=True)(planes)).numpy()


main()

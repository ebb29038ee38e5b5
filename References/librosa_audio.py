# SPDX-License-Identifier: Apache-2.0
"""Golden spectrograms and mel filter banks.

Needs the versions of References/requirements.txt.
Writes Tests/EquipoiseTorchTests/Goldens/audio.safetensors; run from the root of the repository.
"""

import librosa
import numpy as np
from safetensors.numpy import save_file

FILE = "Tests/EquipoiseTorchTests/Goldens/audio.safetensors"
RATE, SIZE, HOP = 8000, 128, 50


def main() -> None:
    # A rising tone and some noise; 601 samples are not a multiple of the hop.
    time = np.arange(601) / RATE
    noise = np.random.default_rng(3).normal(size=time.shape)
    signal = np.sin(2 * np.pi * (300 + 8000 * time) * time) + 0.1 * noise
    magnitude = np.abs(librosa.stft(signal, n_fft=SIZE, hop_length=HOP, pad_mode="constant"))
    goldens = {"signal": signal, "magnitude": magnitude, "log_magnitude": np.log(magnitude + 1e-7)}
    for scale, htk in {"slaney": False, "htk": True}.items():
        bank = librosa.filters.mel(
            sr=RATE, n_fft=SIZE, n_mels=12, fmin=50, fmax=3800, htk=htk, dtype=np.float64)
        goldens[f"mel_{scale}"] = bank
        goldens[f"log_mel_{scale}"] = np.log(bank @ magnitude**2 + 1e-7)
    goldens["mel_default"] = librosa.filters.mel(sr=RATE, n_fft=SIZE, n_mels=12)
    save_file({name: np.ascontiguousarray(array) for name, array in goldens.items()}, FILE)


main()

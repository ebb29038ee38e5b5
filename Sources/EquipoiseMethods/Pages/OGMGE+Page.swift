// SPDX-License-Identifier: Apache-2.0

extension OGMGE: DescribedMethod {
  /// What its code does not say.
  public static let page = MethodPage(
    use: """
      The best known remedy for a modality that learns too fast; costs nothing. With Adam a factor
      that stays is divided out again.
      """,
    equations: """
      s_m = Σ_i softmax(ℓ_m)[i, y_i],  ρ_m = mean_{j≠m} s_m / s_j
      k_m = 1 − tanh(α ρ_m) if ρ_m > 1, else 1
      g ← k_m g + ε
      """,
    settings: """
      α 0.1 for VGGSound, 0.8 for CREMA-D; SGD 1e-3 with momentum 0.9 and weight decay 1e-4, batch
      64, 100 epochs, a tenth of the rate after 70; epochs 0 to 50.
      """,
    published: """
      BalanceBenchmark, selected on the test split and read off its picture: OGM: Kinetics-Sounds
      67.04, CREMA-D 67.76, UCF-101 82.07.
      """,
    measured: """
      Test accuracy in percent, tuned by `sweep` on validation, five seeds
      ([comparison.md](../comparison.md)): the digits 82.0 ± 3.4, UTD-MHAD inertial + depth 52.7 ±
      6.0, UTD-MHAD depth + flow 33.2 ± 1.2.
      """,
    released: """
      Only convolutions are scaled there (`convolutionsOnly`), and the epoch is selected on the
      test split.
      """,
    bibtex: """
      @inproceedings{peng2022ogmge,
        title = {Balanced Multimodal Learning via On-the-fly Gradient Modulation},
        author = {Peng, Xiaokang and Wei, Yake and Deng, Andong and Wang, Dong and Hu, Di},
        booktitle = {CVPR},
        year = {2022}
      }
      """)
}

// SPDX-License-Identifier: Apache-2.0

extension DiagnosingRelearning: DescribedMethod {
  /// What its code does not say.
  public static let page = MethodPage(
    use: """
      Where one encoder has learned by heart: encoders are drawn back to their start by how far
      their features' clusters agree with the classes. For single classes alone.
      """,
    equations: """
      gap of purity between training and validation → strength α_m
      θ_m ← (1 − α_m) θ_m + α_m θ_m⁰
      """,
    settings: """
      λ 3, period 20, three times, 90 epochs; SGD 0.002, batch 64.
      """,
    published: """
      BalanceBenchmark, selected on the test split and read off its picture: Kinetics-Sounds
      65.92, CREMA-D 71.02, UCF-101 82.87.
      """,
    measured: """
      Test accuracy in percent, tuned by `sweep` on validation, five seeds
      ([comparison.md](../comparison.md)): the digits 83.2 ± 3.2, UTD-MHAD inertial + depth 58.7 ±
      4.2, UTD-MHAD depth + flow 38.8 ± 3.6, CMU-MOSI 76.5 ± 1.1.
      """,
    released: """
      The flags of a decaying rate are read and never used there.
      """,
    bibtex: """
      @inproceedings{wei2024diagnosing,
        title = {Diagnosing and Re-learning for Balanced Multimodal Learning},
        author = {Wei, Yake and Li, Siwei and Feng, Ruoxuan and Hu, Di},
        booktitle = {ECCV},
        year = {2024}
      }
      """)
}

// SPDX-License-Identifier: Apache-2.0

extension MMPareto: DescribedMethod {
  /// What its code does not say.
  public static let page = MethodPage(
    use: """
      Unimodal losses whose gradients may be opposed to the fused one's: the shortest combination
      hurts neither. Two backward passes.
      """,
    equations: """
      a: (1 − a) g_0 + a g_m is shortest where g_0 · g_m ≤ 0, else a = ½
      g ← γ ‖g_0 + g_m‖ h / ‖h‖
      """,
    settings: """
      γ 1.5.
      """,
    published: """
      BalanceBenchmark, selected on the test split and read off its picture: Kinetics-Sounds
      74.55, CREMA-D 79.97, UCF-101 85.30.
      """,
    measured: """
      Test accuracy in percent, tuned by `sweep` on validation, five seeds
      ([comparison.md](../comparison.md)): the digits 88.2 ± 3.7, UTD-MHAD inertial + depth 67.6 ±
      8.3, UTD-MHAD depth + flow 40.7 ± 5.8, CMU-MOSI 75.4 ± 1.7.
      """,
    released: """
      The equations are the paper's.
      """,
    bibtex: """
      @inproceedings{wei2024mmpareto,
        title = {MMPareto: Boosting Multimodal Learning with Innocent Unimodal Assistance},
        author = {Wei, Yake and Hu, Di},
        booktitle = {ICML},
        year = {2024}
      }
      """)
}

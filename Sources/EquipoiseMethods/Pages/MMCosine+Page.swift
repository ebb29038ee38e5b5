// SPDX-License-Identifier: Apache-2.0

extension MMCosine: DescribedMethod {
  /// What its code does not say.
  public static let page = MethodPage(
    use: """
      Where a modality wins by the length of its features: logits are cosines. Needs no hook and
      costs nothing.
      """,
    equations: """
      ℓ = Σ_m s cos(z_m, w_m,k)
      """,
    settings: """
      Scale 15 in BalanceBenchmark.
      """,
    published: """
      BalanceBenchmark, selected on the test split and read off its picture: Kinetics-Sounds
      67.49, CREMA-D 67.19, UCF-101 82.97.
      """,
    measured: """
      Test accuracy in percent, tuned by `sweep` on validation, five seeds
      ([comparison.md](../comparison.md)): the digits 83.8 ± 3.3, UTD-MHAD inertial + depth 75.4 ±
      3.8, UTD-MHAD depth + flow 41.5 ± 2.4, CMU-MOSI 75.7 ± 1.2.
      """,
    released: """
      None is followed.
      """,
    bibtex: """
      @inproceedings{xu2023mmcosine,
        title = {MMCosine: Multi-Modal Cosine Loss Towards Balanced Audio-Visual Fine-Grained Learning},
        author = {Xu, Ruize and Feng, Ruoxuan and Zhang, Shi-Xiong and Hu, Di},
        booktitle = {ICASSP},
        year = {2023}
      }
      """)
}

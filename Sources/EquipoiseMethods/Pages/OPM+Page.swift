// SPDX-License-Identifier: Apache-2.0

extension OPM: DescribedMethod {
  /// What its code does not say.
  public static let page = MethodPage(
    use: """
      Where the features of one modality are leaned on: they are dropped from samples while it is
      ahead. Works with any optimiser.
      """,
    equations: """
      q_m = clip(q_base (1 + λ tanh(ρ_m − 1)), 0, 1) if ρ_m > 1, else 0
      z_m,i ← d_m,i z_m,i / (1 − θ),  d ~ Bernoulli(1 − q_m)
      """,
    settings: """
      q_base 0.5, λ 0.5, probability 0.7; Kinetics-Sounds with AdamW 5e-5, batch 32, 100 epochs.
      """,
    published: """
      BalanceBenchmark, selected on the test split and read off its picture: Kinetics-Sounds
      66.89, CREMA-D 68.75, UCF-101 85.28.
      """,
    measured: """
      Test accuracy in percent, tuned by `sweep` on validation, five seeds
      ([comparison.md](../comparison.md)): the digits 85.2 ± 1.3, UTD-MHAD inertial + depth 64.7 ±
      7.5, UTD-MHAD depth + flow 38.0 ± 2.6.
      """,
    released: """
      ρ is of the batch itself there, of the batch before in the paper (`previousBatch`).
      """,
    bibtex: """
      @article{wei2024opm,
        title = {On-the-fly Modulation for Balanced Multimodal Learning},
        author = {Wei, Yake and Hu, Di and Du, Henghui and Wen, Ji-Rong},
        journal = {TPAMI},
        year = {2024}
      }
      """)
}

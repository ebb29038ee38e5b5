// SPDX-License-Identifier: Apache-2.0

extension OGM: DescribedMethod {
  /// What its code does not say.
  public static let page = MethodPage(
    use: """
      OGM-GE with a rule that is continuous where the modalities are even.
      """,
    equations: """
      k_m = max(0, 1 − α tanh(ρ_m − 1)) if ρ_m > 1, else 1
      g ← k_m g + ε
      """,
    settings: """
      α 0.8, epochs 0 to 60, with noise; Kinetics-Sounds with AdamW 5e-5, batch 32, 100 epochs;
      CREMA-D by the author α 2.6, AdamW 1e-3.
      """,
    published: """
      None were read from the journal's text.
      """,
    measured: """
      Test accuracy in percent, tuned by `sweep` on validation, five seeds
      ([comparison.md](../comparison.md)): the digits 89.0 ± 3.3, UTD-MHAD inertial + depth 62.0 ±
      6.3, UTD-MHAD depth + flow 33.3 ± 3.1.
      """,
    released: """
      The released code keeps the conference's rule (`conferenceCoefficients`) and scales
      convolutions only.
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

// SPDX-License-Identifier: Apache-2.0

extension AIM: DescribedMethod {
  /// What its code does not say.
  public static let page = MethodPage(
    use: """
      Where encoders of equal depth are to be balanced inside, block by block, and time is there:
      it is the costliest method here. [aim.md](../aim.md) has all of it.
      """,
    equations: """
      s_m,d   score of block d by prototypes;  ρ, α_d  how it is modulated
      L_mod   loss through auxiliary blocks with decoupled parameters
      """,
    settings: """
      λ 1 and E by the paper's tables; every deviation has a setting (`config print`), preset
      `paper-literal` undoes what can be undone.
      """,
    published: """
      The paper's tables are in [aim.md](../aim.md).
      """,
    measured: """
      Test accuracy in percent, tuned by `sweep` on validation, five seeds
      ([comparison.md](../comparison.md)): the digits 89.2 ± 1.6, UTD-MHAD inertial + depth 77.3 ±
      7.9, UTD-MHAD depth + flow 45.3 ± 3.9, CMU-MOSI 76.4 ± 0.7.
      """,
    released: """
      There is no released code; [aim.md](../aim.md) lists what the paper leaves open and what is
      done here.
      """,
    bibtex: """
      @misc{shen2025aim,
        title = {AIM: Adaptive Intra-Network Modulation for Balanced Multimodal Learning},
        author = {Shen, S. and Chen, C. L. P. and Zhang, T.},
        year = {2025}
      }
      """)
}

// SPDX-License-Identifier: Apache-2.0

extension OPMOGM: DescribedMethod {
  /// What its code does not say.
  public static let page = MethodPage(
    use: """
      Both halves of the journal paper at once.
      """,
    equations: """
      features dropped as by opm, gradients scaled as by ogm
      """,
    settings: """
      Those of `opm` and `ogm`.
      """,
    published: """
      None were read from the journal's text.
      """,
    measured: """
      Test accuracy in percent, tuned by `sweep` on validation, five seeds
      ([comparison.md](../comparison.md)): the digits 81.9 ± 5.5, UTD-MHAD inertial + depth 60.1 ±
      7.1, UTD-MHAD depth + flow 37.8 ± 3.3, CMU-MOSI 75.6 ± 1.0.
      """,
    released: """
      As of `opm` and `ogm`.
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

// SPDX-License-Identifier: Apache-2.0

extension UnimodalLosses: DescribedMethod {
  /// What its code does not say.
  public static let page = MethodPage(
    use: """
      The plainest remedy, which costs next to nothing: try it before any other method.
      """,
    equations: """
      L = CE(ℓ, y) + w Σ_m CE(ℓ_m, y)
      """,
    settings: """
      w 1 in most papers that use it as a baseline.
      """,
    published: """
      None of its own.
      """,
    measured: """
      Test accuracy in percent, tuned by `sweep` on validation, five seeds
      ([comparison.md](../comparison.md)): the digits 87.2 ± 2.4, UTD-MHAD inertial + depth 60.6 ±
      3.2, UTD-MHAD depth + flow 41.1 ± 0.7, CMU-MOSI 74.2 ± 1.8.
      """,
    released: """
      There is none.
      """,
    bibtex: "")
}

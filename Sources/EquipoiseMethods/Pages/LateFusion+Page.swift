// SPDX-License-Identifier: Apache-2.0

extension LateFusion: DescribedMethod {
  /// What its code does not say.
  public static let page = MethodPage(
    use: """
      What an ensemble of unimodal models achieves: a second reference, which balancing has to
      beat. It is also the method UME of Du et al. (ICML 2023).
      """,
    equations: """
      L = Σ_m CE(ℓ_m, y)
      ℓ = log 1/M Σ_m softmax(ℓ_m)     or 1/M Σ_m ℓ_m
      """,
    settings: """
      None.
      """,
    published: """
      None of its own.
      """,
    measured: """
      Test accuracy in percent, tuned by `sweep` on validation, five seeds
      ([comparison.md](../comparison.md)): the digits 82.4 ± 6.1, UTD-MHAD inertial + depth 58.2 ±
      7.5, UTD-MHAD depth + flow 39.1 ± 1.2, CMU-MOSI 70.5 ± 3.3.
      """,
    released: """
      There is none.
      """,
    bibtex: "")
}

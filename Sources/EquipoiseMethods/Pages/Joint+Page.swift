// SPDX-License-Identifier: Apache-2.0

extension Joint: DescribedMethod {
  /// What its code does not say.
  public static let page = MethodPage(
    use: """
      The reference that every method has to beat, and the first thing to try.
      """,
    equations: """
      L = CE(ℓ, y)
      """,
    settings: """
      None.
      """,
    published: """
      BalanceBenchmark, selected on the test split and read off its picture: Kinetics-Sounds
      65.63, CREMA-D 65.50, UCF-101 81.80.
      """,
    measured: """
      Test accuracy in percent, tuned by `sweep` on validation, five seeds
      ([comparison.md](../comparison.md)): the digits 81.7 ± 3.5, UTD-MHAD inertial + depth 57.4 ±
      4.4, UTD-MHAD depth + flow 37.1 ± 4.6, CMU-MOSI 75.2 ± 1.5.
      """,
    released: """
      There is none: it is what the trainer does without a method.
      """,
    bibtex: "")
}

// SPDX-License-Identifier: Apache-2.0

extension Unimodal: DescribedMethod {
  /// What its code does not say.
  public static let page = MethodPage(
    use: """
      To know what one modality can reach by itself: where it beats the joint model, that neglects
      it. `compare` trains these references by itself.
      """,
    equations: """
      L = CE(W z + b, y)
      """,
    settings: """
      None.
      """,
    published: """
      BalanceBenchmark, selected on the test split and read off its picture: Kinetics-Sounds 55.06
      and 45.31, CREMA-D 59.38 and 58.10, UCF-101 70.55 and 78.60.
      """,
    measured: "It is the reference of every comparison ([comparison.md](../comparison.md)).",
    released: """
      There is none.
      """,
    bibtex: "")
}

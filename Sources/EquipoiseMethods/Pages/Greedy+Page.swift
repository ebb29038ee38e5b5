// SPDX-License-Identifier: Apache-2.0

extension Greedy: DescribedMethod {
  /// What its code does not say.
  public static let page = MethodPage(
    use: """
      For branches that exchange information by MMTM and of which one leans on the others.
      """,
    equations: """
      μ(S) = Σ ‖∂L/∂θ‖² / Σ ‖θ‖²
      BDR_m = log10(Σ μ(bypass_m) / Σ μ(main_m))
      max − min > ε: the gates of the branch of the largest are fixed for Q steps
      """,
    settings: """
      ε 0.01, Q 5, one epoch that only measures; learning rate 0.1 without momentum, batch 8.
      """,
    published: """
      BalanceBenchmark, selected on the test split and read off its picture: Kinetics-Sounds
      66.82, CREMA-D 66.48.
      """,
    measured: """
      Test accuracy in percent, tuned by `sweep` on validation, five seeds
      ([comparison.md](../comparison.md)): the digits 89.9 ± 1.8, UTD-MHAD inertial + depth 73.2 ±
      3.3, UTD-MHAD depth + flow 41.9 ± 2.6.
      """,
    released: """
      The released code feeds one modality's running gates with the other's, and moves them in
      evaluation too.
      """,
    bibtex: """
      @inproceedings{wu2022greedy,
        title = {Characterizing and Overcoming the Greedy Nature of Learning in Multi-modal Deep Neural Networks},
        author = {Wu, Nan and Jastrzebski, Stanislaw and Cho, Kyunghyun and Geras, Krzysztof J.},
        booktitle = {ICML},
        year = {2022}
      }
      """)
}

// SPDX-License-Identifier: Apache-2.0

extension AGM: DescribedMethod {
  /// What its code does not say.
  public static let page = MethodPage(
    use: """
      For any fusion, as responses are Shapley values of the whole network; costs a pass of the
      network for each set of modalities.
      """,
    equations: """
      φ_m = Σ_S w_m,S F(S),  s_m = mean −log softmax(φ_m)_y
      r_m = exp(M/(M−1) (s̄ − s_m)),  κ_m = exp(α min(τ_m − r_m, cap))
      """,
    settings: """
      α 1 by the code, 1.5 for CREMA-D, 2.5 for AV-MNIST, 4 for UR-Funny by its authors, with
      learning rates down to 1e-4 and up to 1500 epochs.
      """,
    published: """
      BalanceBenchmark, selected on the test split and read off its picture: Kinetics-Sounds
      66.62, CREMA-D 71.59, UCF-101 81.70.
      """,
    measured: """
      Test accuracy in percent, tuned by `sweep` on validation, five seeds
      ([comparison.md](../comparison.md)): the digits 82.2 ± 3.3, UTD-MHAD inertial + depth 41.3 ±
      18.0, UTD-MHAD depth + flow 26.0 ± 2.5, CMU-MOSI 73.2 ± 2.5.
      """,
    released: """
      κ keeps its last value after the window; here it is 1 again.
      """,
    bibtex: """
      @inproceedings{li2023agm,
        title = {Boosting Multi-modal Model Performance with Adaptive Gradient Modulation},
        author = {Li, Hong and Li, Xingyu and Hu, Pengbo and Lei, Yinuo and Li, Chunxiao and Zhou, Yi},
        booktitle = {ICCV},
        year = {2023}
      }
      """)
}

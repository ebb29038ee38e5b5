// SPDX-License-Identifier: Apache-2.0

extension AMCo: DescribedMethod {
  /// What its code does not say.
  public static let page = MethodPage(
    use: """
      Where the network leans on one modality and the others' features are to be used. For classes
      that exclude one another alone. What is built follows the abstract and one
      re-implementation, as there is no released code: take its numbers as this library's.
      """,
    equations: """
      mass_m = mean_i Σ_{k in block m} softmax([ℓ_1; …; ℓ_M])_i,k > σ     m is depended on
      P      = min(P_max, sin(½ π min(1, t / (ε T))))
      L      = CE(h(masked z), y) + w Σ_m CE(ℓ_m(z_m), y)
      """,
    settings: """
      σ 0.5 for two modalities and ε 0.3 are BalanceBenchmark's. P_max 0.9 is this library's.
      """,
    published: """
      The abstract: IEMOCAP 1.14 to 3.03 points above the baselines. BalanceBenchmark:
      Kinetics-Sounds 70.54, CREMA-D 73.30, UCF-101 86.91, selected on the test split, read off
      its picture.
      """,
    released: """
      None was found. BalanceBenchmark masks class logits in place of features: nothing in its
      first epoch, and whole modalities from the fourth batch of the second on.
      """,
    bibtex: """
      @inproceedings{zhou2023amco,
        title = {Adaptive Mask Co-Optimization for Modal Dependence in Multimodal Learning},
        author = {Zhou, Ying and Liang, Xuefeng and Zheng, Shiquan and Xuan, Huijun and Kumada, Takatsune},
        booktitle = {ICASSP},
        year = {2023},
        doi = {10.1109/ICASSP49357.2023.10096641}
      }
      """)
}

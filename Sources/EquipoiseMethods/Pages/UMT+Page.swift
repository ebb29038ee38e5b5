// SPDX-License-Identifier: Apache-2.0

extension UMT: DescribedMethod {
  /// What its code does not say.
  public static let page = MethodPage(
    use: """
      Where unimodal models know more of their modality than the joint model's encoders do, which
      `late-fusion` and unimodal runs tell. Teachers cost their own training, unless finished runs
      are named.
      """,
    equations: """
      L = CE(ℓ, y) + λ Σ_m mean (z_m − sg z_m^T)²
      """,
    settings: """
      λ 10 and the first 80 of 100 epochs are BalanceBenchmark's; the paper's λ was not read.
      """,
    published: """
      BalanceBenchmark: Kinetics-Sounds 68.60, CREMA-D 67.47, UCF-101 84.18, VGGSound 51.58,
      selected on the test split.
      """,
    released: """
      None was found. BalanceBenchmark never puts the teachers into evaluation mode, so that their
      statistics drift and depend on the batch; here they are frozen. The paper's second method,
      the mean of unimodal models, is `late-fusion`.
      """,
    bibtex: """
      @inproceedings{du2023umt,
        title = {On Uni-Modal Feature Learning in Supervised Multi-Modal Learning},
        author = {Du, Chenzhuang and Teng, Jiaye and Li, Tingle and Liu, Yichen and Yuan, Tianyuan and Wang, Yue and Yuan, Yang and Zhao, Hang},
        booktitle = {ICML},
        year = {2023}
      }
      """)
}

// SPDX-License-Identifier: Apache-2.0

extension MBSD: DescribedMethod {
  /// What its code does not say.
  public static let page = MethodPage(
    use: """
      Where each modality is right on other samples: the surer one teaches the other. It completes
      BalanceBenchmark's list; the paper that the benchmark names is about pre-training.
      """,
    equations: """
      w   = [either is right] (p_s − p_w)     constant
      RS  = 1/K ‖sg ℓ_s − ℓ_w‖²,  KL = KL(sg P_s ‖ P_w)
      L   = CE(ℓ, y) + w_u Σ_m CE(ℓ_m, y) + mean_i w (λ_RS RS + λ_KL KL)
      """,
    settings: """
      All weights 1 (BalanceBenchmark).
      """,
    published: """
      BalanceBenchmark: Kinetics-Sounds 68.82, CREMA-D 74.86, UCF-101 84.61, Food-101 93.16,
      selected on the test split, read off its picture.
      """,
    released: """
      BalanceBenchmark's is the only source, and stops at a method that does not exist. Its "KL"
      is p_w (log p_w − p_s), never positive, which pushes the right class of the surer modality
      down; nothing in it is constant. `asReleased: true` is that.
      """,
    bibtex: """
      @inproceedings{liu2023multimodal,
        title = {Multimodal Pre-Training with Self-Distillation for Product Understanding in E-Commerce},
        author = {Liu, Shilei and Li, Lin and Song, Jun and Yang, Yonghua and Zeng, Xiaoyi},
        booktitle = {WSDM},
        year = {2023},
        doi = {10.1145/3539597.3570423}
      }
      """)
}

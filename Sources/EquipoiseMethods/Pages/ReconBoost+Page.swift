// SPDX-License-Identifier: Apache-2.0

extension ReconBoost: DescribedMethod {
  /// What its code does not say.
  public static let page = MethodPage(
    use: """
      Where modalities hold each other back by being trained at once: they take turns, each on
      what the others leave over. Needs a classifier for each modality (`sum` or `shared`). The
      published stages are long: in runs of 100 epochs one epoch of each kind lets every modality
      have its turn more often.
      """,
    equations: """
      q = softmax(sg Σ_{j≠m} ℓ_j),  p = softmax(ℓ_m)
      label:    L = −(1 − λ q_y) log p_y
      residual: L = −Σ_k (y_k − λ q_k) log p_k
      then E_2 epochs of CE(Σ_m ℓ_m, y)
      """,
    settings: """
      E_1 and E_2 4; SGD 0.01 with momentum 0.9 and weight decay 5e-4, a tenth of the rate every
      30 stages; λ 0.2 for CREMA-D, 0.25 for AVE and ModelNet40; the README's runs start from
      pretrained encoders.
      """,
    published: """
      By the names of checkpoints: CREMA-D 81.11, ModelNet40 91.14, MOSI 77.97, MOSEI 68.62, SIMS
      73.88, on the test split without its last batch. BalanceBenchmark: Kinetics-Sounds 68.38,
      CREMA-D 74.01, UCF-101 82.89, selected on the test split.
      """,
    released: """
      The term of memory compares two constants and trains nothing; it is left out. Frozen
      encoders run in training mode there, in evaluation mode here; each stage begins a new
      optimiser there, here one serves the whole run. The figure's loss (`residual`) has no bound
      for λ above 0.
      """,
    bibtex: """
      @inproceedings{hua2024reconboost,
        title = {ReconBoost: Boosting Can Achieve Modality Reconcilement},
        author = {Hua, Cong and Xu, Qianqian and Bao, Shilong and Yang, Zhiyong and Huang, Qingming},
        booktitle = {ICML},
        year = {2024}
      }
      """)
}

// SPDX-License-Identifier: Apache-2.0

extension InfoReg: DescribedMethod {
  /// What its code does not say.
  public static let page = MethodPage(
    use: """
      Where one modality learns at once and the others never catch up: its encoder is pulled back
      to where the epoch began while it still takes in much. Early epochs matter; after the window
      only the unimodal losses are left. Learning rate × β has to stay well below 1.
      """,
    equations: """
      L   = CE(ℓ, y) + w Σ_m CE(ℓ_m, y)
      G_m = s_m − mean_{j≠m} s_j
      β_m = β exp(|tanh G_m|) where G_m > 0, else 0
      g   ← g + β_m (θ − θ⁰)                encoder m
      k_e = (T̄_e − T̄_{e−1}) / T̄_e > 0.05   the window is open
      """,
    settings: """
      SGD 0.002 with momentum 0.9 and weight decay 1e-4, batch 64, 50 epochs, a tenth of the rate
      every 30, threshold 0.05; β 0.95 for audio and 0.1 for pictures (`betas: [0.95, 0.1]`), w 1.
      """,
    published: """
      None were read: the tables of the paper are not in the repository.
      """,
    released: """
      The released script stops at its first step, as it asks heads that took no part for
      gradients. Its list of traces starts with ten zeros, which alone makes the window about ten
      epochs long, whatever the information does: the same here, and `criterion: epochs` says it
      outright. There audio's trace decides for both modalities, after the pull; here each one's
      own before it.
      """,
    bibtex: """
      @inproceedings{huang2025inforeg,
        title = {Adaptive Unimodal Regulation for Balanced Multimodal Information Acquisition},
        author = {Huang, Chengxiang and Wei, Yake and Yang, Zequn and Hu, Di},
        booktitle = {CVPR},
        year = {2025}
      }
      """)
}

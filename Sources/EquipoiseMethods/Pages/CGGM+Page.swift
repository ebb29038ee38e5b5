// SPDX-License-Identifier: Apache-2.0

extension CGGM: DescribedMethod {
  /// What its code does not say.
  public static let page = MethodPage(
    use: """
      Where the modalities improve at different speeds, with any number of them and for numbers
      too. The accuracy of a batch is noise: `decay` averages it. At balance all encoders'
      gradients are scaled by ρ (M − 1)/M unless `normalised`.
      """,
    equations: """
      Δ_m  = acc_m(t) − acc_m(t−1)         of linear classifiers on sg z_m
      B_m  = (Σ_j Δ_j − Δ_m) / Σ_j Δ_j      clipped to [0, M − 1]
      g_m  ← ρ B_m g_m
      L_gm = 1/M (Σ_m |B_m| − Σ_m B_m cos(G, G_m))   with weight λ
      """,
    settings: """
      ρ 1.3, λ 0.2 for MOSI and IEMOCAP, 0.05 for Food-101, ρ 1 and λ 0.1 for BraTS; Adam 1e-3,
      batch 64 (Food-101 128), 30 epochs, gradients clipped at 0.8. λ is 0 here by default.
      """,
    published: """
      Not read. The released code reports the best validation number and never evaluates the test
      split.
      """,
    released: """
      The direction term gets the weights of last layers where the paper has gradients, a step
      late: it pulls the fused layer to the classifiers and turns no encoder's gradient; here it
      is the gradients. ΣΔ near 0 makes the factors as large as one likes, and of mixed signs
      negative: here they are guarded and clipped. The loop for BraTS looks for encoders that do
      not exist and scales nothing.
      """,
    bibtex: """
      @inproceedings{guo2024cggm,
        title = {Classifier-guided Gradient Modulation for Enhanced Multimodal Learning},
        author = {Guo, Zirun and Jin, Tao and Chen, Jingyuan and Zhao, Zhou},
        booktitle = {NeurIPS},
        year = {2024}
      }
      """)
}

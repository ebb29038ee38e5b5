// SPDX-License-Identifier: Apache-2.0

extension MCR: DescribedMethod {
  /// What its code does not say.
  public static let page = MethodPage(
    use: """
      Where the fused prediction ignores a modality: each is rewarded for how much the prediction
      depends on it. Any fusion. The contrast needs features of one width. Its cost is in the
      head, which runs for each permuted set: with wide heads take fewer `permutations`.
      """,
    equations: """
      J_S = mean_i JS(softmax ℓ(z, rows of S permuted), softmax ℓ(z))
      independent −Σ_m J_{m};  collaborative −Σ_m J_{all};
      greedy Σ_m (Σ_{S ∌ m} J_S − Σ_{S ∋ m} J_S),  each term through encoder m alone
      L = CE(ℓ) + w_u Σ CE(ℓ_m) + l · game + w_c Con + w_b CEB
      """,
    settings: """
      CREMA-D l 0.1, w_u 0.01, 32 permutations, w_c 1, w_b 0, from pretrained encoders, learning
      rate 1e-4; AVE l 0.01, w_u 0.01; UCF-101 l 0.001, w_u 0.1; MOSEI l 0.1, w_u 0.01, w_b 1;
      MOSI l and w_u 0.001 or 0.01.
      """,
    published: """
      The tables are pictures and were not read; folds, selected on validation.
      """,
    released: """
      The later package and its README are followed. An earlier class for two modalities computes
      the regulariser and never adds it, and one for three permutes all by modality 0's
      permutation. Permuted features come from a second pass of the encoders there, from the
      training pass here.
      """,
    bibtex: """
      @inproceedings{kontras2025mcr,
        title = {Balancing Multimodal Training Through Game-Theoretic Regularization},
        author = {Kontras, Konstantinos and Strypsteen, Thomas and Chatzichristos, Christos and Liang, Paul Pu and Blaschko, Matthew and De Vos, Maarten},
        booktitle = {NeurIPS},
        year = {2025}
      }
      """)
}

// SPDX-License-Identifier: Apache-2.0

extension AUG: DescribedMethod {
  /// What its code does not say.
  public static let page = MethodPage(
    use: """
      Where one modality's classifier is simply worse: it gets further layers that learn what the
      older ones leave over. It has a fusion of its own, `boosted`, whose files of weights hold
      what has grown. Nothing of it is joint training.
      """,
    equations: """
      ℓ_m = C(relu(E_m z_m)) + Σ_{j < n_m} C(relu(A_m,j z_m))
      old = ℓ_m − new,  q = softmax(sg old)
      L_m = CE(ℓ_m) + CE(old) + mean (1 − λ q_y)(−log p_new,y)     CE(ℓ_m) without layers
      r_m = s_m / Σ_{j≠m} s_j over an epoch: the weaker gets a layer
      """,
    settings: """
      SGD 1e-2, batch 64, 200 epochs, a tenth of the rate every 70 epochs; a decision after epoch
      0 and every tenth of the run; λ 0.2 in a comment and older scripts, 0.5 in the newest; layers
      of 256.
      """,
    published: """
      None were read; the released code selects the epoch on the test split.
      """,
    released: """
      The optimiser is made before there are layers and is never told of them, so that what was
      published, if by this code, is of random layers: `frozenLayers: true`. Here they are trained,
      as the paper asks. Inference weighs CREMA-D's modalities 0.4 and 0.6 there and averages here.
      """,
    bibtex: """
      @inproceedings{jiang2025aug,
        title = {Rethinking Multimodal Learning from the Perspective of Mitigating Classification Ability Disproportion},
        author = {Jiang, Qing-Yuan and Huang, Longfei and Yang, Yang},
        booktitle = {NeurIPS},
        year = {2025}
      }
      """)
}

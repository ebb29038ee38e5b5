// SPDX-License-Identifier: Apache-2.0

extension CML: DescribedMethod {
  /// What its code does not say.
  public static let page = MethodPage(
    use: """
      Where confidence matters, or modalities may be missing when the model is used: fewer
      modalities must not make it surer. Also a cheap way to train every set of modalities.
      """,
    equations: """
      chain: all modalities, then one less at a time, in a random order of each sample
      L = 1/M Σ_S CE(ℓ_S, y) + λ Σ_{T next after S} Σ_i relu(conf_i(T) − conf_i(S))
      conf_i(S) = max_k softmax(ℓ_S)_i,k
      """,
    settings: """
      λ 0.1 with batches of 200, whose hinges are summed: of other batches `mean: true` and λ 20
      are the same.
      """,
    published: """
      BalanceBenchmark: Kinetics-Sounds 67.56, CREMA-D 69.18, UCF-101 84.74, selected on the test
      split, read off its picture.
      """,
    released: """
      The two released programs count other pairs: one leaves out those whose smaller set is right
      and larger wrong (followed), one counts those whose larger is right. Both replace raw inputs
      by means; here features are zero. BalanceBenchmark takes the hinge of a batch's sum, in
      which differences cancel.
      """,
    bibtex: """
      @inproceedings{ma2023cml,
        title = {Calibrating Multimodal Learning},
        author = {Ma, Huan and Zhang, Qingyang and Zhang, Changqing and Wu, Bingzhe and Fu, Huazhu and Zhou, Joey Tianyi and Hu, Qinghua},
        booktitle = {ICML},
        year = {2023}
      }
      """)
}

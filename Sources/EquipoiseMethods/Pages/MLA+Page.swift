// SPDX-License-Identifier: Apache-2.0

extension MLA: DescribedMethod {
  /// What its code does not say.
  public static let page = MethodPage(
    use: """
      Where modalities interfere in each step: they take turns through one shared classifier. Also
      for samples that lack modalities at inference.
      """,
    equations: """
      k = P r,  P ← P − k kᵀ / (α + rᵀ k),  G ← G Pᵀ
      ℓ = Σ_m λ_m ℓ_m,  λ = softmax(−entropy)
      """,
    settings: """
      SGD 1e-3 with momentum 0.9 and weight decay 1e-4, batch 64, 100 epochs, a tenth of the rate
      after 70.
      """,
    published: """
      BalanceBenchmark, selected on the test split and read off its picture: Kinetics-Sounds
      69.05, CREMA-D 72.30, UCF-101 85.38.
      """,
    measured: """
      Test accuracy in percent, tuned by `sweep` on validation, five seeds
      ([comparison.md](../comparison.md)): the digits 89.9 ± 1.7, UTD-MHAD inertial + depth 57.2 ±
      3.5, UTD-MHAD depth + flow 38.5 ± 1.3, CMU-MOSI 76.1 ± 0.9.
      """,
    released: """
      The released code never reaches its projection (`projection: off`), divides P by its norm
      (`normalised`) and weighs by fixed numbers.
      """,
    bibtex: """
      @inproceedings{zhang2024mla,
        title = {Multimodal Representation Learning by Alternating Unimodal Adaptation},
        author = {Zhang, Xiaohui and Yoon, Jaehong and Bansal, Mohit and Yao, Huaxiu},
        booktitle = {CVPR},
        year = {2024}
      }
      """)
}

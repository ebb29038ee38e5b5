// SPDX-License-Identifier: Apache-2.0

extension GradientBlending: DescribedMethod {
  /// What its code does not say.
  public static let page = MethodPage(
    use: """
      Where modalities overfit at different speeds and trial epochs are affordable: each estimate
      trains every head alone for some epochs.
      """,
    equations: """
      G = L^V_N − L^V_{N+n},  O = (L^V − L^T)_{N+n} − (L^V − L^T)_N
      w_k ∝ G_k / O_k²,  L = Σ_k w_k CE(ℓ_k, y)
      """,
    settings: """
      Super-epochs of 10 and 5 epochs (online), one estimate over the run (offline).
      """,
    published: """
      Weights of the paper: Kinetics, offline, RGB 0.630, audio 0.014, joint 0.356.
      BalanceBenchmark, selected on the test split and read off its picture: Kinetics-Sounds
      68.82, CREMA-D 71.59, UCF-101 85.01.
      """,
    measured: """
      Test accuracy in percent, tuned by `sweep` on validation, five seeds
      ([comparison.md](../comparison.md)): the digits 85.1 ± 5.1, UTD-MHAD inertial + depth 44.0 ±
      22.5, UTD-MHAD depth + flow 37.2 ± 3.0, CMU-MOSI 74.9 ± 1.2.
      """,
    released: """
      There is no official training code; public re-implementations take |G|, which favours a head
      whose validation loss rises. Here a gain of 0 or less gives the weight 0.
      """,
    bibtex: """
      @inproceedings{wang2020gblend,
        title = {What Makes Training Multi-modal Classification Networks Hard?},
        author = {Wang, Weiyao and Tran, Du and Feiszli, Matt},
        booktitle = {CVPR},
        year = {2020}
      }
      """)
}

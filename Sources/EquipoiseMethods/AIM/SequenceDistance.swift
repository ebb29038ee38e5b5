// SPDX-License-Identifier: Apache-2.0
import EquipoiseTorch

extension BlockDistance {
  /// Distances between sequences over the positions V that are valid in both, the first of each: [B, K].
  ///
  /// ```
  /// raw         δ² = max(|f|, |p|) / |V| · Σ_V ‖f − p‖²
  /// normalised  δ² = 2 − 2 ⟨f, p⟩_V / (‖f‖_V ‖p‖_V)
  /// ```
  /// Of sequences of one length these are the distances of their flattened numbers, and of these at unit length.
  ///
  /// - Parameters:
  ///   - rows: f, [B, T, n], zero behind the valid steps.
  ///   - lengths: of f.
  ///   - prototypes: p, [K, T′, n], likewise.
  ///   - prototypeLengths: of p.
  ///   - isNormalised: which of the two.
  /// - Returns: δ.
  static func aligned(
    _ rows: Tensor, _ lengths: StepLengths, _ prototypes: Tensor, _ prototypeLengths: StepLengths,
    isNormalised: Bool
  ) -> Tensor {
    let steps = max(rows.size(1), prototypes.size(1))
    let f = RaggedBatch(rows).padded(to: steps).tensor
    let p = RaggedBatch(prototypes).padded(to: steps).tensor
    let ofRows = lengths.mask(steps, dtype: f.dtype)
    let ofPrototypes = prototypeLengths.mask(steps, dtype: f.dtype).transposed(0, 1)
    let products = f.reshaped([f.size(0), -1]).matmul(p.reshaped([p.size(0), -1]).transposed(0, 1))
    let squares = (f * f).sum(over: [2]).matmul(ofPrototypes)
    let prototypeSquares = ofRows.matmul((p * p).sum(over: [2]).transposed(0, 1))
    if isNormalised {
      let sizes = (squares.clamped(low: floor) * prototypeSquares.clamped(low: floor)).squareRoot()
      return (2 - products / sizes * 2).clamped(low: floor).squareRoot()
    }
    let common = ofRows.matmul(ofPrototypes)
    let a = lengths.tensor.to(f.dtype).unsqueezed(1)
    let b = prototypeLengths.tensor.to(f.dtype).unsqueezed(0)
    let longer = (a + b) - common
    return ((squares + prototypeSquares - products * 2) * (longer / common)).clamped(low: floor)
      .squareRoot()
  }
}

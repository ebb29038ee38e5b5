// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import EquipoiseTorch
import Foundation

/// The gated relative positions of WavLM (Chen et al., 2022), as a layer adds them to its scores.
///
/// ```
/// (a, b) = σ of the sums of the two halves of W x_h + c       for each head h and position
/// bias   = (a (b g_h − 1) + 2) · relative[h, i, j]
/// ```
struct GatedPositions {
  /// What the parameters are called.
  struct Names {
    var scale: String
    var map: String
  }

  private let scale: Parameter
  private let map: Linear
  private let heads: Int

  init(_ names: Names, _ form: LayerForm, in parts: inout Parts) {
    heads = form.heads
    scale = parts.parameter(names.scale, [1, heads, 1, 1])
    map = parts.linear(names.map, form.width / heads, 8)
  }

  /// - Parameters:
  ///   - x: what the attention is given, [B, L, width].
  ///   - relative: [heads, L, L].
  /// - Returns: [B, heads, L, L].
  func callAsFunction(_ x: Tensor, _ relative: Tensor) -> Tensor {
    let (count, length) = (x.size(0), x.size(1))
    let ofHeads = x.reshaped([count, length, heads, -1]).permuted([0, 2, 1, 3])
    let gates = map(ofHeads).reshaped([count, heads, length, 2, 4]).sum(over: [4]).sigmoid()
      .split([1, 1], dimension: 3)
    let gate = gates[0] * (gates[1] * scale.value - 1) + 2
    return gate * relative.unsqueezed(0)
  }

  /// The bucket of each distance between positions, int64 [L, L]: half of the buckets for each direction, the nearer half
  /// of those one for each distance, the others on a scale of logarithms.
  static func buckets(_ length: Int, count: Int, farthest: Int) -> [Int] {
    let half = count / 2
    let exact = half / 2
    func logarithm(_ x: Float) -> Float { Float(log(Double(x))) }
    func bucket(_ offset: Int) -> Int {
      let distance = abs(offset)
      let own: Int
      if distance < exact {
        own = distance
      } else {
        // In single precision, as the reference counts.
        let share =
          logarithm(Float(distance) / Float(exact)) / logarithm(Float(farthest) / Float(exact))
          * Float(half - exact)
        own = min(exact + Int(share), half - 1)
      }
      return own + (offset > 0 ? half : 0)
    }
    return (0..<length).flatMap { row in (0..<length).map { bucket($0 - row) } }
  }
}

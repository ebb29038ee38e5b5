// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import EquipoiseModels
import EquipoiseTorch

/// How a network's last positions become one feature.
enum Pooling {
  /// The first position.
  case first
  /// The mean of the first positions.
  case firsts(Int)
  /// The last position of the sample, as CLIP's text tower has it.
  case last
  /// The mean of all positions from one on, of those that are the sample's own.
  case mean(from: Int)

  /// The rule for a setting.
  ///
  /// - Parameters:
  ///   - request: with the setting.
  ///   - own: the network's.
  ///   - prefix: how many positions at the start stand for no part of the sample.
  ///   - hasClass: whether the first position stands for its class.
  /// - Returns: the rule.
  /// - Throws: `EquipoiseError` for `cls` of a network that has no such position.
  static func read(
    _ request: NetworkRequest, own: Pooling, prefix: Int, hasClass: Bool
  ) throws -> Pooling {
    switch request.pooling {
    case .auto: return own
    case .mean: return .mean(from: prefix)
    case .cls:
      guard hasClass else {
        throw EquipoiseError(
          .configuration, "the network has no position for its class",
          at: request.place + ".pooling", fix: "choose auto or mean")
      }
      return .first
    }
  }

  /// [rows, L, C] → [rows, C].
  func callAsFunction(_ x: Tensor, _ lengths: StepLengths?) -> Tensor {
    let length = x.size(1)
    switch self {
    case .first: return x.select(0, dimension: 1)
    case .firsts(let count): return x.slice(0..<count, dimension: 1).mean(over: [1])
    case .last:
      guard let lengths else { return x.select(length - 1, dimension: 1) }
      // 1 at the last of a row's steps: where it is valid and the next is not.
      let valid = lengths.mask(length, dtype: x.dtype)
      let following = lengths.tensor.unsqueezed(1)
        .greater(than: .range(length, device: x.device) + Tensor([1]).to(x.device)).to(x.dtype)
      return (x * (valid - following).unsqueezed(2)).sum(over: [1])
    case .mean(let start):
      let own = start == 0 ? x : x.slice(start..<length, dimension: 1)
      guard let lengths else { return own.mean(over: [1]) }
      let mask = lengths.mask(length, dtype: x.dtype, trailing: 1)
      let valid = start == 0 ? mask : mask.slice(start..<length, dimension: 1)
      return (own * valid).sum(over: [1]) / valid.sum(over: [1]).clamped(low: 1)
    }
  }
}

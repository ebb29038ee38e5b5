// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseSettings

/// How a pretrained network's layers become the blocks of an encoder: a number of groups as equal as they can be, or
/// how many layers each has.
public enum BlockDepths: Equatable, Sendable {
  /// So many groups; where they do not divide the layers, the first ones have one more.
  case groups(Int)
  /// The layers of each group, in order.
  case list([Int])

  /// The layers of each group.
  ///
  /// - Parameters:
  ///   - layers: how many the network has.
  ///   - place: the setting, for errors.
  /// - Returns: one range for each block, in order.
  /// - Throws: `EquipoiseError` for more groups than layers, and for a list of another sum.
  func ranges(of layers: Int, at place: String) throws -> [Range<Int>] {
    let sizes: [Int]
    switch self {
    case .groups(let count):
      guard (1...layers).contains(count) else {
        throw EquipoiseError(
          .configuration,
          "the network has \(layers) layers, of which \(count) groups cannot be "
            + "made",
          at: place, fix: "choose depths from 1 to \(layers)")
      }
      sizes = (0..<count).map { layers / count + ($0 < layers % count ? 1 : 0) }
    case .list(let given):
      guard given.reduce(0, +) == layers, given.allSatisfy({ $0 > 0 }), !given.isEmpty else {
        throw EquipoiseError(
          .configuration,
          "the network has \(layers) layers, and the list of depths \(given) is not one of groups of them",
          at: place, fix: "give numbers from 1 on whose sum is \(layers)")
      }
      sizes = given
    }
    var start = 0
    return sizes.map { size in
      defer { start += size }
      return start..<start + size
    }
  }
}

extension BlockDepths: Codable {
  /// Reads a number of groups, or a list of the layers of each.
  public init(from decoder: any Decoder) throws {
    if var list = try? decoder.unkeyedContainer() {
      var sizes: [Int] = []
      while !list.isAtEnd { sizes.append(try list.decode(Int.self)) }
      self = .list(sizes)
    } else {
      self = .groups(try decoder.singleValueContainer().decode(Int.self))
    }
  }

  /// Writes a number or a list.
  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .groups(let count): try count.encode(to: encoder)
    case .list(let sizes): try sizes.encode(to: encoder)
    }
  }
}

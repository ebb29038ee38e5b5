// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseSettings
internal import EquipoiseTorch

/// What classes or labels count for in a loss: `none`, `balanced`, or a number for each.
public enum ClassWeights: Equatable, Sendable {
  /// All alike.
  case none
  /// Rarer ones more.
  case balanced
  /// A number for each, in the order of the dataset's classes.
  case list([Double])

  /// A tensor of the weights on the setting's device; `nil` where all count alike.
  ///
  /// - Parameters:
  ///   - setting: the run's data.
  ///   - key: the setting's path, for messages.
  ///   - balanced: the weight of a class by its count.
  /// - Returns: float32, one number for each.
  /// - Throws: `EquipoiseError` for another number of weights, for numbers that are negative or all 0, and for classes
  ///   without samples, which no balance can weigh.
  func tensor(
    for setting: LossSetting, at key: String, balanced: (_ count: Int) -> Double
  ) throws -> Tensor? {
    let numbers: [Double]
    switch self {
    case .none: return nil
    case .balanced:
      if let absent = setting.counts.firstIndex(of: 0) {
        throw EquipoiseError(
          .configuration,
          "no training sample is '\(setting.outputs[absent])', so that it has no balanced weight",
          at: key, fix: "add samples, or give a list of numbers")
      }
      numbers = setting.counts.map(balanced)
    case .list(let given):
      guard given.count == setting.outputs.count else {
        throw EquipoiseError(
          .configuration,
          "\(given.count) weights are given for \(setting.outputs.count): "
            + Enumeration.text(setting.outputs), at: key, fix: "give one number for each")
      }
      guard given.allSatisfy({ $0 >= 0 && $0.isFinite }), given.contains(where: { $0 > 0 }) else {
        throw EquipoiseError(
          .configuration, "a weight is below 0, or all are 0", at: key,
          fix: "give numbers of at least 0, one of them above")
      }
      numbers = given
    }
    return Tensor(numbers.map(Float.init), shape: [numbers.count]).to(setting.device)
  }
}

extension ClassWeights: Codable {
  /// Reads a name or a list of numbers.
  public init(from decoder: any Decoder) throws {
    if var list = try? decoder.unkeyedContainer() {
      var numbers: [Double] = []
      while !list.isAtEnd { numbers.append(try list.decode(Double.self)) }
      self = .list(numbers)
      return
    }
    let container = try decoder.singleValueContainer()
    switch try container.decode(String.self) {
    case "none": self = .none
    case "balanced": self = .balanced
    case let other:
      let place = ConfigPath(decoder.codingPath.map(\.stringValue))
      throw ConfigIssue(
        at: place, found: .string(other), expected: "none, balanced or a number for each class")
    }
  }

  /// Writes a name or a list of numbers.
  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .none: try "none".encode(to: encoder)
    case .balanced: try "balanced".encode(to: encoder)
    case .list(let numbers): try numbers.encode(to: encoder)
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
package import EquipoiseFormats

/// How the numbers of array files are stored in a dataset.
package enum StoredNumbers {
  /// uint8, int8 and the small floating-point types stay; the rest becomes float32.
  package static func type(of type: ElementType) -> ElementType {
    let kept: [ElementType] = [.uint8, .int8, .float16, .bfloat16, .float32]
    return kept.contains(type) ? type : .float32
  }

  /// The one type for arrays of several; nil where uint8, which stands for 0 to 1, meets others.
  package static func type(of types: Set<ElementType>) -> ElementType? {
    if types.count == 1, let only = types.first { return type(of: only) }
    return types.contains(.uint8) ? nil : .float32
  }

  /// Whether arrays of a type can become those of a modality: uint8 only what is uint8.
  package static func canStore(_ type: ElementType, as stored: ElementType) -> Bool {
    type == stored || type != .uint8 && stored != .uint8
  }

  /// The array as it is stored. Throws `EquipoiseError` or `FormatError` where that is impossible: for numbers
  /// that are not finite or that the type cannot hold.
  package static func stored(_ array: HostArray, as type: ElementType, at place: String) throws
    -> HostArray
  {
    guard canStore(array.type, as: type) else {
      throw EquipoiseError(
        .data,
        "it is \(array.type.rawValue) where \(type.rawValue) is expected; uint8 stands for 0 to 1, other "
          + "types for their numbers", at: place, fix: remedy(for: type))
    }
    if let problem = problem(array) {
      throw EquipoiseError(.data, problem, at: place, fix: missingValues)
    }
    return try array.converted(to: type, named: place)
  }

  /// What is wrong with an array's numbers, or nil.
  package static func problem(_ array: HostArray) -> String? {
    guard !array.withUnsafeBytes({ Finiteness.isFinite($0, array.type) }) else { return nil }
    let values = array.doubles()
    let (missing, infinite) = (values.count(where: \.isNaN), values.count(where: \.isInfinite))
    let parts = [(missing, "NaN"), (infinite, "infinite")].filter { $0.0 > 0 }
    return parts.map { "\($0.0) of \(values.count) numbers are \($0.1)" }.joined(separator: ", ")
  }

  /// What to do about numbers that are not there.
  package static let missingValues =
    "fill such numbers in or leave the sample out"

  /// How arrays become those of a type.
  package static func remedy(for type: ElementType) -> String {
    type == .uint8
      ? "save them as uint8, 255 for 1"
      : "save them with astype('\(type == .bfloat16 ? "float32" : type.rawValue)')"
  }
}

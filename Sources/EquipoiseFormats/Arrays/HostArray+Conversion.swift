// SPDX-License-Identifier: Apache-2.0
/// The type and dimensions of an array that is not read yet.
package struct ArrayInfo: Sendable, Equatable, CustomStringConvertible {
  package let type: ElementType
  package let shape: [Int]

  package init(type: ElementType, shape: [Int]) {
    (self.type, self.shape) = (type, shape)
  }

  /// For example "float32 [2, 3]".
  package var description: String { "\(type.rawValue) \(shape)" }
}

extension HostArray {
  /// The same numbers in another type, rounded to the nearest where it is a floating-point one.
  ///
  /// Throws `FormatError` about `name` when a finite number is beyond the type's range, or is not a whole number
  /// and the type has only those.
  package func converted(to target: ElementType, named name: String = "array") throws -> HostArray {
    guard target != type else { return self }
    switch target {
    case .float32: return try single(name)
    case .float16: return try half(name)
    case .float64: return HostArray(doubles(), shape: shape)
    case .bfloat16: return try bfloat16(name)
    case .bool:
      return HostArray(try integers(UInt8.self, name, within: 0...1).map { $0 == 1 }, shape: shape)
    case .uint8: return HostArray(try integers(UInt8.self, name), shape: shape)
    case .int8: return HostArray(try integers(Int8.self, name), shape: shape)
    case .int16: return HostArray(try integers(Int16.self, name), shape: shape)
    case .uint16: return HostArray(try integers(UInt16.self, name), shape: shape)
    case .int32: return HostArray(try integers(Int32.self, name), shape: shape)
    case .int64: return HostArray(try int64s(named: name), shape: shape)
    }
  }

  private func single(_ name: String) throws -> HostArray {
    let values = floats()
    try refuseOverflow(values.lazy.map(\.isInfinite), to: .float32, name)
    return HostArray(values, shape: shape)
  }

  private func half(_ name: String) throws -> HostArray {
    let values = doubles().map { Float16($0) }
    try refuseOverflow(values.lazy.map(\.isInfinite), to: .float16, name)
    return HostArray(values, shape: shape)
  }

  private func bfloat16(_ name: String) throws -> HostArray {
    let bits = floats().map { value -> UInt16 in
      guard value.isFinite else { return UInt16(value.bitPattern >> 16) | (value.isNaN ? 0x40 : 0) }
      // To the nearest, ties to even.
      let tie: UInt32 = 0x7FFF + (value.bitPattern >> 16) & 1
      return UInt16((value.bitPattern + tie) >> 16)
    }
    try refuseOverflow(bits.lazy.map { $0 & 0x7FFF == 0x7F80 }, to: .bfloat16, name)
    let words = HostArray(bits, shape: shape)
    return HostArray(type: .bfloat16, shape: shape, storage: words.storage)
  }

  /// Throws for an element that became infinite.
  private func refuseOverflow(
    _ infinite: some Sequence<Bool>, to target: ElementType, _ name: String
  ) throws {
    var source: [Double]?
    for (index, isInfinite) in infinite.enumerated() where isInfinite {
      let values = source ?? doubles()
      source = values
      guard values[index].isFinite else { continue }
      throw Self.misfit(index, "\(values[index])", target, name)
    }
  }

  private func integers<Value: FixedWidthInteger>(
    _ type: Value.Type, _ name: String, within range: ClosedRange<Value> = Value.min...Value.max
  ) throws -> [Value] {
    try int64s(named: name).enumerated().map { index, number in
      guard let value = Value(exactly: number), range.contains(value) else {
        throw FormatError.malformed(
          path: name, reason: "element \(index) is \(number), outside of \(range)",
          remedy: "bring the numbers into that range or store them as float32")
      }
      return value
    }
  }

  private static func misfit(
    _ index: Int, _ number: String, _ target: ElementType, _ name: String
  ) -> FormatError {
    .malformed(
      path: name, reason: "element \(index) is \(number), which \(target.rawValue) cannot hold",
      remedy: "scale the numbers")
  }
}

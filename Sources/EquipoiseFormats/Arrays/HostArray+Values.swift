// SPDX-License-Identifier: Apache-2.0
extension HostArray {
  /// All elements as Float, row-major; float64 and 64-bit integers are rounded, bool is 0 or 1.
  public func floats() -> [Float] {
    switch type {
    case .bool: map(UInt8.self) { $0 == 0 ? 0 : 1 }
    case .uint8: map(UInt8.self) { Float($0) }
    case .int8: map(Int8.self) { Float($0) }
    case .int16: map(Int16.self) { Float($0) }
    case .uint16: map(UInt16.self) { Float($0) }
    case .int32: map(Int32.self) { Float($0) }
    case .int64: map(Int64.self) { Float($0) }
    case .float16: map(Float16.self) { Float($0) }
    case .bfloat16: map(UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
    case .float32: copied()
    case .float64: map(Double.self) { Float($0) }
    }
  }

  /// All elements as Double, row-major; 64-bit integers are rounded, bool is 0 or 1.
  package func doubles() -> [Double] {
    switch type {
    case .float64: copied()
    case .int32: map(Int32.self) { Double($0) }
    case .int64: map(Int64.self) { Double($0) }
    default: floats().map { Double($0) }
    }
  }

  /// All elements as Int64, row-major.
  ///
  /// Throws `FormatError` about `name` when a floating-point element is not a whole number.
  public func int64s(named name: String = "array") throws -> [Int64] {
    switch type {
    case .bool: map(UInt8.self) { $0 == 0 ? 0 : 1 }
    case .uint8: map(UInt8.self) { Int64($0) }
    case .int8: map(Int8.self) { Int64($0) }
    case .int16: map(Int16.self) { Int64($0) }
    case .uint16: map(UInt16.self) { Int64($0) }
    case .int32: map(Int32.self) { Int64($0) }
    case .int64: copied()
    case .float16, .bfloat16, .float32: try wholeNumbers(floats(), name)
    case .float64: try wholeNumbers(map(Double.self) { $0 }, name)
    }
  }

  private func map<Source: BitwiseCopyable, Target: BitwiseCopyable>(
    _ source: Source.Type, _ convert: (Source) -> Target
  ) -> [Target] {
    withUnsafeBytes { $0.converted(source, convert) }
  }

  private func copied<Value: BitwiseCopyable>() -> [Value] {
    withUnsafeBytes { bytes in
      let count = bytes.count / MemoryLayout<Value>.size
      return [Value](unsafeUninitializedCapacity: count) { target, initialized in
        UnsafeMutableRawBufferPointer(target).copyMemory(from: bytes)
        initialized = count
      }
    }
  }

  private func wholeNumbers<Value: BinaryFloatingPoint>(
    _ values: [Value], _ name: String
  ) throws -> [Int64] {
    try values.enumerated().map { index, value in
      guard let whole = Int64(exactly: value) else {
        throw FormatError.malformed(
          path: name, reason: "element \(index) is \(value), not a whole number",
          remedy: "store whole numbers, best as int64")
      }
      return whole
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
/// The type of an array's elements. The raw value is the name used in `dataset.json` and messages.
public enum ElementType: String, CaseIterable, Codable, Sendable {
  /// One byte, zero or one.
  case bool
  /// Unsigned 8-bit integer.
  case uint8
  /// Signed 8-bit integer.
  case int8
  /// Signed 16-bit integer.
  case int16
  /// Unsigned 16-bit integer.
  case uint16
  /// Signed 32-bit integer.
  case int32
  /// Signed 64-bit integer.
  case int64
  /// IEEE 754 half precision.
  case float16
  /// The upper half of a float32.
  case bfloat16
  /// IEEE 754 single precision.
  case float32
  /// IEEE 754 double precision.
  case float64

  /// The size of one element in bytes.
  public var byteCount: Int {
    switch self {
    case .bool, .uint8, .int8: 1
    case .int16, .uint16, .float16, .bfloat16: 2
    case .int32, .float32: 4
    case .int64, .float64: 8
    }
  }

  /// The name in a safetensors header.
  public var safetensorsName: String {
    switch self {
    case .bool: "BOOL"
    case .uint8: "U8"
    case .int8: "I8"
    case .int16: "I16"
    case .uint16: "U16"
    case .int32: "I32"
    case .int64: "I64"
    case .float16: "F16"
    case .bfloat16: "BF16"
    case .float32: "F32"
    case .float64: "F64"
    }
  }

  /// The type of that name in a safetensors header, or nil when it is not one of these types.
  public init?(safetensorsName name: String) {
    guard let type = Self.allCases.first(where: { $0.safetensorsName == name }) else { return nil }
    self = type
  }
}

/// A Swift type whose values are the elements of a `HostArray`.
public protocol HostScalar: BitwiseCopyable, Sendable {
  /// The element type of arrays of this type.
  static var elementType: ElementType { get }
}

extension Bool: HostScalar {
  /// `.bool`
  public static var elementType: ElementType { .bool }
}
extension UInt8: HostScalar {
  /// `.uint8`
  public static var elementType: ElementType { .uint8 }
}
extension Int8: HostScalar {
  /// `.int8`
  public static var elementType: ElementType { .int8 }
}
extension Int16: HostScalar {
  /// `.int16`
  public static var elementType: ElementType { .int16 }
}
extension UInt16: HostScalar {
  /// `.uint16`
  public static var elementType: ElementType { .uint16 }
}
extension Int32: HostScalar {
  /// `.int32`
  public static var elementType: ElementType { .int32 }
}
extension Int64: HostScalar {
  /// `.int64`
  public static var elementType: ElementType { .int64 }
}
extension Float16: HostScalar {
  /// `.float16`
  public static var elementType: ElementType { .float16 }
}
extension Float: HostScalar {
  /// `.float32`
  public static var elementType: ElementType { .float32 }
}
extension Double: HostScalar {
  /// `.float64`
  public static var elementType: ElementType { .float64 }
}

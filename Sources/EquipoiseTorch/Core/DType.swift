// SPDX-License-Identifier: Apache-2.0
/// The type of a tensor's elements.
public enum DType: Int32, Sendable, CaseIterable {
  /// Unsigned 8-bit integer.
  case uint8 = 0
  /// Signed 8-bit integer.
  case int8 = 1
  /// Signed 16-bit integer.
  case int16 = 2
  /// Signed 32-bit integer.
  case int32 = 3
  /// Signed 64-bit integer.
  case int64 = 4
  /// IEEE half precision.
  case float16 = 5
  /// IEEE single precision.
  case float32 = 6
  /// IEEE double precision.
  case float64 = 7
  /// Truth value.
  case bool = 11
  /// Brain floating point, 8 exponent bits.
  case bfloat16 = 15
  /// Unsigned 16-bit integer; libtorch converts it and computes little with it.
  case uint16 = 27

  /// Whether gradients can be computed for this type.
  public var isFloatingPoint: Bool {
    switch self {
    case .float16, .bfloat16, .float32, .float64: true
    default: false
    }
  }

  /// Size of one element in bytes.
  public var byteCount: Int {
    switch self {
    case .bool, .uint8, .int8: 1
    case .int16, .uint16, .float16, .bfloat16: 2
    case .int32, .float32: 4
    case .int64, .float64: 8
    }
  }
}

/// A Swift scalar that has a tensor element type.
public protocol TensorScalar: Sendable {
  /// The element type.
  static var dtype: DType { get }
}

extension Float: TensorScalar {
  /// Single precision.
  public static var dtype: DType { .float32 }
}
extension Double: TensorScalar {
  /// Double precision.
  public static var dtype: DType { .float64 }
}
extension UInt8: TensorScalar {
  /// Unsigned 8-bit integer.
  public static var dtype: DType { .uint8 }
}
extension Int8: TensorScalar {
  /// Signed 8-bit integer.
  public static var dtype: DType { .int8 }
}
extension Int16: TensorScalar {
  /// Signed 16-bit integer.
  public static var dtype: DType { .int16 }
}
extension UInt16: TensorScalar {
  /// Unsigned 16-bit integer.
  public static var dtype: DType { .uint16 }
}
extension Int32: TensorScalar {
  /// Signed 32-bit integer.
  public static var dtype: DType { .int32 }
}
extension Int64: TensorScalar {
  /// Signed 64-bit integer.
  public static var dtype: DType { .int64 }
}
extension Int: TensorScalar {
  /// Signed 64-bit integer.
  public static var dtype: DType { .int64 }
}
extension Bool: TensorScalar {
  /// Truth value.
  public static var dtype: DType { .bool }
}

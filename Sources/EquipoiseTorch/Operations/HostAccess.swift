// SPDX-License-Identifier: Apache-2.0
internal import CEquipoiseTorch

extension Tensor {
  /// The numbers in row-major order. On an accelerator this waits for the device.
  ///
  /// - Parameter type: the element type to convert to.
  /// - Returns: ``count`` numbers.
  public func array<Scalar: TensorScalar>(of type: Scalar.Type) -> [Scalar] {
    withUnsafeBytes(as: Scalar.dtype) { Array($0.bindMemory(to: Scalar.self)) }
  }

  /// The numbers as `Float`.
  public func floats() -> [Float] { array(of: Float.self) }

  /// The only element, as a double.
  public func item() -> Double {
    precondition(count == 1, "item() of a tensor of shape \(shape)")
    return array(of: Double.self)[0]
  }

  /// Reads the elements' bytes in row-major order.
  ///
  /// - Parameters:
  ///   - dtype: the element type to convert to; `nil` keeps the tensor's own.
  ///   - body: receives the bytes, which are valid only inside.
  /// - Returns: what `body` returns.
  public func withUnsafeBytes<R>(
    as dtype: DType? = nil, _ body: (UnsafeRawBufferPointer) throws -> R
  ) rethrows -> R {
    let host = detached().to(.cpu, dtype: dtype ?? self.dtype).contiguous()
    var data: UnsafeMutableRawPointer?
    check(ct_tensor_data(host.raw, &data), "data of \(self)")
    defer { withExtendedLifetime(host) {} }
    return try body(
      UnsafeRawBufferPointer(start: data, count: host.count * host.dtype.byteCount))
  }
}

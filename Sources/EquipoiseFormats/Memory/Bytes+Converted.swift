// SPDX-License-Identifier: Apache-2.0
extension UnsafeRawBufferPointer {
  /// The bytes as values of `source`, at any alignment, each passed through `convert`.
  ///
  /// Inlined with `convert`, so that the loop is vectorised; hence also the bare pointers.
  @inline(__always)
  func converted<Source: BitwiseCopyable, Target: BitwiseCopyable>(
    _ source: Source.Type, _ convert: (Source) -> Target
  ) -> [Target] {
    let width = MemoryLayout<Source>.size
    precondition(count % width == 0, "\(count) bytes are not a whole number of \(source)")
    guard let start = baseAddress else { return [] }
    return [Target](unsafeUninitializedCapacity: count / width) { buffer, initialized in
      guard let target = buffer.baseAddress else { return }
      for index in 0..<count / width {
        let value = start.loadUnaligned(fromByteOffset: index * width, as: source)
        (target + index).initialize(to: convert(value))
      }
      initialized = count / width
    }
  }
}

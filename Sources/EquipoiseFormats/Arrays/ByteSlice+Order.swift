// SPDX-License-Identifier: Apache-2.0
extension ByteSlice {
  /// A copy with the bytes of each element of `width` bytes reversed.
  func byteSwapped(width: Int) throws -> ByteSlice {
    guard width > 1 else { return self }
    return try withBytes { source in
      ByteSlice(
        try SpilledBytes.filled(count: count) { target in
          for start in stride(from: 0, to: source.count, by: width) {
            for byte in 0..<width { target[start + byte] = source[start + width - 1 - byte] }
          }
        })
    }
  }

  /// A row-major copy of column-major (Fortran order) elements of `width` bytes.
  func rowMajor(fromColumnMajor shape: [Int], width: Int) throws -> ByteSlice {
    guard count > 0, shape.filter({ $0 != 1 }).count > 1 else { return self }
    var strides: [Int] = []
    var stride = width
    for size in shape {
      strides.append(stride)
      stride *= size
    }
    return try withBytes { source in
      ByteSlice(
        try SpilledBytes.filled(count: count) { target in
          var index = [Int](repeating: 0, count: shape.count)
          var from = 0
          for to in Swift.stride(from: 0, to: target.count, by: width) {
            for byte in 0..<width { target[to + byte] = source[from + byte] }
            for axis in shape.indices.reversed() {
              index[axis] += 1
              from += strides[axis]
              if index[axis] < shape[axis] { break }
              from -= strides[axis] * shape[axis]
              index[axis] = 0
            }
          }
        })
    }
  }
}

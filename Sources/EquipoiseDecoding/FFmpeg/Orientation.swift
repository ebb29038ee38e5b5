// SPDX-License-Identifier: Apache-2.0
/// How decoded pixels lie in the upright picture: turned by quarters, mirrored, or both.
struct Orientation: Equatable {
  /// An upright row and column go along these decoded axes.
  private let isTransposed: Bool
  private let flipsRows: Bool
  private let flipsColumns: Bool

  /// As decoded.
  static let upright = Orientation(isTransposed: false, flipsRows: false, flipsColumns: false)

  private init(isTransposed: Bool, flipsRows: Bool, flipsColumns: Bool) {
    (self.isTransposed, self.flipsRows, self.flipsColumns) = (isTransposed, flipsRows, flipsColumns)
  }

  /// What a display matrix says: x' = a·x + c·y, y' = b·x + d·y, in 16.16 fixed point with the elements
  /// [a, b, 0, c, d, …]. Turns by other angles than quarters count as upright.
  init(displayMatrix matrix: UnsafePointer<Int32>?) {
    guard let matrix else { self = .upright; return }
    let (a, b, c, d) = (
      matrix[0].signum(), matrix[1].signum(), matrix[3].signum(), matrix[4].signum()
    )
    switch (a, b, c, d) {
    case (let a, 0, 0, let d) where a != 0 && d != 0:
      self.init(isTransposed: false, flipsRows: d < 0, flipsColumns: a < 0)
    case (0, let b, let c, 0) where b != 0 && c != 0:
      // x' grows with c·y and y' with b·x.
      self.init(isTransposed: true, flipsRows: b < 0, flipsColumns: c < 0)
    default: self = .upright
    }
  }

  /// The upright size of a decoded picture.
  func size(width: Int, height: Int) -> (width: Int, height: Int) {
    isTransposed ? (height, width) : (width, height)
  }

  /// Copies decoded RGB rows, `stride` bytes apart, upright and without gaps.
  func copy(
    _ source: UnsafePointer<UInt8>, stride: Int, width: Int, height: Int,
    to target: UnsafeMutableRawBufferPointer
  ) {
    guard let base = target.baseAddress else { return }
    let upright = size(width: width, height: height)
    let rowBytes = 3 * upright.width
    for row in 0..<upright.height {
      let line = flipsRows ? upright.height - 1 - row : row
      if !isTransposed && !flipsColumns {
        (base + row * rowBytes).copyMemory(from: source + line * stride, byteCount: rowBytes)
        continue
      }
      let output = (base + row * rowBytes).assumingMemoryBound(to: UInt8.self)
      for column in 0..<upright.width {
        let place = flipsColumns ? upright.width - 1 - column : column
        let pixel =
          isTransposed ? source + place * stride + 3 * line : source + line * stride + 3 * place
        for channel in 0..<3 { output[3 * column + channel] = pixel[channel] }
      }
    }
  }
}

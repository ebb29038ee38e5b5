// SPDX-License-Identifier: Apache-2.0
import CEquipoiseZlib
import Foundation

/// zlib over whole buffers of known size.
enum Inflate {
  /// The framing around the compressed data.
  enum Container: Int32 {
    /// Bare deflate, as in zip members.
    case raw = -15
    /// Deflate with gzip's header, checksum and size.
    case gzip = 31
  }

  /// Whether deflate can make `size` bytes of `compressed` bytes: its ratio never exceeds 1032.
  static func canHold(_ size: Int, in compressed: Int) -> Bool {
    size / 1032 <= compressed
  }

  /// The inflated `input`, which must use all of it and make exactly `count` bytes.
  static func inflate(
    _ input: UnsafeRawBufferPointer, container: Container, count: Int, path: String
  ) throws -> any ByteOwner {
    try SpilledBytes.filled(count: count) { output in
      guard
        try withStream(container, path, { try run(&$0, input, output, path) }) == (
          input.count, count
        )
      else {
        throw damaged(path, "the compressed data do not make the \(count) bytes they claim")
      }
    }
  }

  /// The first bytes of what `input` inflates to: `count`, or fewer where it ends before. What a header
  /// promises can so be judged before there is memory for it.
  static func start(
    _ input: UnsafeRawBufferPointer, container: Container, count: Int, path: String
  ) throws -> [UInt8] {
    var result = [UInt8](repeating: 0, count: count)
    let made = try result.withUnsafeMutableBytes { output in
      try withStream(container, path) { try run(&$0, input, output, path, isStart: true).1 }
    }
    return Array(result[..<made])
  }

  private static func withStream<Result>(
    _ container: Container, _ path: String, _ body: (inout z_stream) throws -> Result
  ) throws -> Result {
    var stream = z_stream()
    let size = Int32(MemoryLayout<z_stream>.size)
    guard inflateInit2_(&stream, container.rawValue, ZLIB_VERSION, size) == Z_OK else {
      throw FormatError.system(path: path, operation: "start inflating", code: ENOMEM)
    }
    defer { inflateEnd(&stream) }
    return try body(&stream)
  }

  /// zlib counts in 32 bits.
  private static let largestPart = 1 << 30

  /// Feeds the stream until its end, with `isStart` also until the output is full; returns how much it used
  /// and made.
  private static func run(
    _ stream: inout z_stream, _ input: UnsafeRawBufferPointer,
    _ output: UnsafeMutableRawBufferPointer, _ path: String, isStart: Bool = false
  ) throws -> (Int, Int) {
    let source = UnsafeMutableRawBufferPointer(mutating: input).bindMemory(to: UInt8.self)
    let target = output.bindMemory(to: UInt8.self)
    var (used, made) = (0, 0)
    var nothing: UInt8 = 0
    while true {
      let given = min(source.count - used, largestPart)
      let room = min(target.count - made, largestPart)
      let status = withUnsafeMutablePointer(to: &nothing) { nothing in
        // zlib refuses null pointers even beside a count of zero.
        stream.next_in = source.baseAddress.map { $0 + used } ?? nothing
        stream.next_out = target.baseAddress.map { $0 + made } ?? nothing
        stream.avail_in = UInt32(given)
        stream.avail_out = UInt32(room)
        return CEquipoiseZlib.inflate(&stream, Z_NO_FLUSH)
      }
      used += given - Int(stream.avail_in)
      made += room - Int(stream.avail_out)
      switch status {
      case Z_OK where isStart && made == target.count: return (used, made)
      case Z_OK: continue
      case Z_STREAM_END: return (used, made)
      case Z_BUF_ERROR where made == target.count && used < source.count:
        throw damaged(
          path, "the compressed data make more than the \(target.count) bytes they claim")
      case Z_BUF_ERROR: throw damaged(path, "the compressed data end early")
      default: throw damaged(path, "the compressed data are damaged")
      }
    }
  }

  private static func damaged(_ path: String, _ reason: String) -> FormatError {
    .malformed(path: path, reason: reason, remedy: "copy or make the file again")
  }
}

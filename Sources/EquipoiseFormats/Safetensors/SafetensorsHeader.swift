// SPDX-License-Identifier: Apache-2.0
/// The name, element type and dimensions of one tensor of a file.
package struct TensorInfo: Sendable, Equatable {
  package let name: String
  package let type: ElementType
  package let shape: [Int]

  package init(name: String, type: ElementType, shape: [Int]) {
    self.name = name
    self.type = type
    self.shape = shape
  }
}

/// The header of a safetensors file, accepted only where the reference library accepts it.
struct SafetensorsHeader {
  struct Tensor {
    let info: TensorInfo
    /// Where the tensor's bytes are, from the start of the file.
    let range: Range<Int>
  }

  let metadata: [String: String]
  let tensors: [String: Tensor]

  /// As in the reference library.
  private static let largestHeader = 100_000_000

  init(_ reader: ByteReader) throws {
    try Self.refuseOthers(reader)
    let claimed: UInt64 = try reader.integer(at: 0)
    guard let length = Int(exactly: claimed), length <= Self.largestHeader else {
      throw reader.malformed(
        "is not a safetensors file: its header would take \(claimed) bytes",
        "check that the file was written as safetensors")
    }
    let text = try reader.slice(at: 8, count: length)
    guard text.first == UInt8(ascii: "{") else {
      throw reader.malformed("the safetensors header does not start with '{'")
    }
    let json = try StrictJSON.parse(text) { reader.malformed("the safetensors header \($0)") }
    guard case .object(var members) = json else {
      throw reader.malformed("the safetensors header is not an object")
    }
    metadata = try Self.metadata(members.removeValue(forKey: "__metadata__"), reader)
    let start = 8 + length
    let tensors = try members.map { try Self.tensor($0, $1, dataStart: start, reader) }
    try Self.checkCoverage(tensors, from: start, reader)
    self.tensors = Dictionary(uniqueKeysWithValues: tensors.map { ($0.info.name, $0) })
  }

  /// Weights come in other formats too, which run code when they are read.
  private static func refuseOthers(_ reader: ByteReader) throws {
    let known: [(start: [UInt8], what: String)] = [
      ([0x50, 0x4B, 0x03, 0x04], "a zip file, as PyTorch's .pt, .pth and .bin are"),
      ([0x80, 0x02], "a pickle, as PyTorch's older .pt and .pth are"),
      ([0x89, 0x48, 0x44, 0x46], "an HDF5 file, as Keras writes"),
    ]
    guard let found = known.first(where: { reader.bytes.starts(with: $0.start) }) else { return }
    // A header of so many bytes would be within the limit where the last of its eight bytes are 0.
    if reader.bytes.count >= 9, reader.bytes[8] == UInt8(ascii: "{") { return }
    throw FormatError.unsupported(
      path: reader.path, reason: "is \(found.what), not safetensors",
      remedy:
        "convert it in Python: safetensors.torch.save_file(torch.load(FILE, weights_only=True), "
        + "NAME)")
  }

  private static func metadata(
    _ value: JSONValue?, _ reader: ByteReader
  ) throws -> [String: String] {
    guard let value else { return [:] }
    guard case .object(let members) = value else {
      throw reader.malformed("__metadata__ is not an object")
    }
    return try members.mapValues { value in
      guard case .string(let text) = value else {
        throw reader.malformed(
          "__metadata__ holds something other than text", "write each value as a string")
      }
      return text
    }
  }

  private static func tensor(
    _ name: String, _ value: JSONValue, dataStart: Int, _ reader: ByteReader
  ) throws -> Tensor {
    guard case .object(let members) = value, case .string(let dtype)? = members["dtype"],
      let shape = sizes(members["shape"]), let offsets = sizes(members["data_offsets"]),
      offsets.count == 2
    else {
      throw reader.malformed("tensor '\(name)' lacks a proper dtype, shape or data_offsets")
    }
    guard let type = ElementType(safetensorsName: dtype) else {
      throw FormatError.unsupported(
        path: reader.path, reason: "tensor '\(name)' has the dtype '\(dtype)'",
        remedy: "use one of "
          + ElementType.allCases.map(\.safetensorsName).joined(separator: ", "))
    }
    guard let size = Shape.byteCount(shape, type), offsets[0] <= offsets[1],
      size == offsets[1] - offsets[0]
    else {
      throw reader.malformed(
        "tensor '\(name)' of \(dtype) \(shape) does not fit its data_offsets \(offsets)")
    }
    let room = reader.bytes.count - dataStart
    guard offsets[1] <= room else {
      throw reader.malformed(
        "ends early: tensor '\(name)' ends at byte \(offsets[1]) of \(room) bytes of data")
    }
    return Tensor(
      info: TensorInfo(name: name, type: type, shape: shape),
      range: dataStart + offsets[0]..<dataStart + offsets[1])
  }

  private static func sizes(_ value: JSONValue?) -> [Int]? {
    guard case .array(let elements)? = value else { return nil }
    let sizes = elements.compactMap { element -> Int? in
      guard case .integer(let size) = element, size >= 0 else { return nil }
      return size
    }
    return sizes.count == elements.count ? sizes : nil
  }

  /// The tensors must follow each other without holes or overlaps and fill the file.
  private static func checkCoverage(
    _ tensors: [Tensor], from start: Int, _ reader: ByteReader
  ) throws {
    let ordered = tensors.sorted {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
    var end = start
    for tensor in ordered {
      guard tensor.range.lowerBound == end else {
        let what = tensor.range.lowerBound < end ? "overlaps another tensor" : "follows a hole"
        throw reader.malformed("tensor '\(tensor.info.name)' \(what)")
      }
      end = tensor.range.upperBound
    }
    guard end == reader.bytes.count else {
      throw reader.malformed("has \(reader.bytes.count - end) bytes after the last tensor")
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
/// What the header of a `.npy` file says.
struct NPYHeader {
  /// How the elements are stored.
  let element: NPYElement
  let fortranOrder: Bool
  let shape: [Int]
  /// Where the elements start in the file.
  let dataOffset: Int

  /// The bytes of header and elements; nil beyond what can be counted.
  var byteCount: Int? {
    guard let count = Shape.count(shape),
      case let (size, tooLarge) = count.multipliedReportingOverflow(by: element.width), !tooLarge,
      case let (whole, overflow) = size.addingReportingOverflow(dataOffset), !overflow
    else { return nil }
    return whole
  }

  /// Type and shape of the array as it is read.
  var info: ArrayInfo { ArrayInfo(type: element.type, shape: shape) }

  /// NumPy itself allows 64 dimensions.
  private static let maximalRank = 64

  init(_ reader: ByteReader) throws {
    dataOffset = try Self.dataOffset(reader)
    let prefix = try Self.prefix(reader)
    let text = try reader.slice(at: prefix, count: dataOffset - prefix)

    var literal = PythonLiteral(text) { reader.malformed("the npy header \($0)") }
    var descr: String?
    var order: Bool?
    var shape: [Int]?
    try literal.expect("{")
    while !literal.skip("}") {
      let key = try literal.string()
      try literal.expect(":")
      switch key {
      case "descr" where descr == nil:
        try Self.refuseStructured(&literal, reader)
        descr = try literal.string()
      case "fortran_order" where order == nil: order = try literal.bool()
      case "shape" where shape == nil: shape = try literal.tuple()
      default: throw reader.malformed("the npy header has '\(key)' twice or without meaning")
      }
      if !literal.skip(",") {
        try literal.expect("}")
        break
      }
    }
    guard literal.peek() == nil, let descr, let order, let shape else {
      throw reader.malformed("the npy header lacks descr, fortran_order or shape, or has more")
    }
    guard shape.count <= Self.maximalRank else {
      throw reader.malformed("the npy header claims \(shape.count) dimensions")
    }
    element = try NPYElement(descr: descr, path: reader.path)
    fortranOrder = order
    self.shape = shape
  }

  /// What has to be read before the length of the header is known.
  static let prefixLimit = 12
  /// Longer headers do not come from a program that wrote an array: NumPy's own take 128 bytes.
  private static let sizeLimit = 1 << 20

  /// Where the elements start, from the first ``prefixLimit`` bytes.
  static func dataOffset(_ reader: ByteReader) throws -> Int {
    let prefix = try prefix(reader)
    let length =
      prefix == 10
      ? Int(try reader.integer(at: 8, as: UInt16.self))
      : Int(try reader.integer(at: 8, as: UInt32.self))
    guard length <= sizeLimit else {
      throw reader.malformed("the npy header claims \(length) bytes")
    }
    return prefix + length
  }

  /// The bytes before the header's text.
  private static func prefix(_ reader: ByteReader) throws -> Int {
    let major: UInt8 = try reader.integer(at: 6)
    guard (1...3).contains(major) else {
      throw FormatError.unsupported(
        path: reader.path, reason: "npy version \(major) is unknown",
        remedy: "save the array again with numpy.save")
    }
    return major == 1 ? 10 : 12
  }

  private static func refuseStructured(
    _ literal: inout PythonLiteral, _ reader: ByteReader
  ) throws {
    guard let next = literal.peek(), next == 0x5B || next == 0x28 else { return }
    throw FormatError.unsupported(
      path: reader.path, reason: "holds records of several fields (structured dtype)",
      remedy: "save each field as an array of its own: numpy.save(f, a['field'])")
  }
}

/// How one element of a `.npy` file is stored.
struct NPYElement {
  enum Kind {
    case plain(ElementType)
    /// Has no counterpart in `ElementType`: widened to int64.
    case uint32, uint64
  }

  let kind: Kind
  let bigEndian: Bool
  let width: Int

  /// The type as which the elements are read.
  var type: ElementType {
    switch kind {
    case .plain(let type): type
    case .uint32, .uint64: .int64
    }
  }

  init(descr: String, path: String) throws {
    let order = descr.first ?? " "
    let code = "<>=|".contains(order) ? String(descr.dropFirst()) : descr
    if let type = Self.codes.first(where: { $0.code == code })?.type {
      (kind, width) = (.plain(type), type.byteCount)
    } else if code == "u4" {
      (kind, width) = (.uint32, 4)
    } else if code == "u8" {
      (kind, width) = (.uint64, 8)
    } else {
      throw Self.refusal(code, descr: descr, path: path)
    }
    bigEndian = order == ">"
  }

  /// NumPy's codes of the types that NumPy has (it has no bfloat16).
  static let codes: [(code: String, type: ElementType)] = [
    ("b1", .bool), ("u1", .uint8), ("i1", .int8), ("i2", .int16), ("u2", .uint16), ("i4", .int32),
    ("i8", .int64), ("f2", .float16), ("f4", .float32), ("f8", .float64),
  ]

  private static func refusal(_ code: String, descr: String, path: String) -> FormatError {
    let (reason, remedy) =
      switch code.first {
      case "O":
        (
          "holds Python objects (dtype object), which only pickle can read",
          "pickle can run foreign code and is never used: save numbers, "
            + "numpy.save(f, a.astype('float32')); series of different lengths have to be padded "
            + "or cut to one first"
        )
      case "U", "S", "a":
        (
          "holds text (dtype '\(descr)')",
          "save text as csv, or classes as whole numbers: numpy.unique(a, return_inverse=True)[1]"
        )
      case "c": ("holds complex numbers (dtype '\(descr)')", "save real and imaginary parts apart")
      default:
        ("has the dtype '\(descr)'", "convert it: numpy.save(f, a.astype('float32'))")
      }
    return .unsupported(path: path, reason: reason, remedy: remedy)
  }
}

// SPDX-License-Identifier: Apache-2.0
/// NumPy's `.npz` archives: several arrays by name, read one at a time, without pickle.
package struct NPZ: Sendable {
  /// The names of the arrays, sorted, without ".npy".
  package let names: [String]

  private let file: ByteSlice
  private let path: String
  private let members: [String: ZipMember]
  private let directoryOffset: Int
  private let sizeLimit: Int

  /// Opens the archive at `path` and reads its directory only.
  ///
  /// Arrays larger than `sizeLimit` bytes are refused when read. Throws `FormatError`.
  package init(path: String, sizeLimit: Int = 16 << 30) throws {
    try self.init(ByteSlice(try MappedFile(path: path)), path: path, sizeLimit: sizeLimit)
  }

  /// The archive in `file`, whose name in errors is `path`.
  init(_ file: ByteSlice, path: String, sizeLimit: Int = 16 << 30) throws {
    let directory = try file.withBytes { try ZipDirectory(ByteReader(bytes: $0, path: path)) }
    var members: [String: ZipMember] = [:]
    for member in directory.members where member.name.hasSuffix(".npy") {
      let name = String(member.name.dropLast(4))
      guard members.updateValue(member, forKey: name) == nil else {
        throw FormatError.malformed(
          path: path, reason: "holds '\(name)' twice", remedy: "make the archive again")
      }
    }
    self.file = file
    self.path = path
    self.members = members
    self.sizeLimit = sizeLimit
    directoryOffset = directory.offset
    names = members.keys.sorted()
  }

  /// The array of that name. Throws `FormatError`; a misspelt name gets a suggestion.
  package func read(_ name: String) throws -> HostArray {
    let member = try member(name)
    let label = "\(path): \(name)"
    _ = try header(of: member, label)
    return try NPY.parse(try content(of: member, label), path: label)
  }

  /// Type and shape of the array of that name, from the first bytes alone. Throws `FormatError` as `read`, also
  /// where the archive promises more or less than the shape needs.
  package func info(_ name: String) throws -> ArrayInfo {
    try header(of: member(name), "\(path): \(name)").info
  }

  private func member(_ name: String) throws -> ZipMember {
    guard let member = members[name] else {
      throw FormatError.missing(
        path: path, reason: "holds no array '\(name)'", remedy: Nearest.hint(name, in: names))
    }
    return member
  }

  /// Before a single number is inflated: a few megabytes can claim to be gigabytes.
  private func header(of member: ZipMember, _ label: String) throws -> NPYHeader {
    try refuseUnreadable(member, label)
    let stored = try stored(member, label)
    func start(_ count: Int) throws -> ByteSlice {
      guard member.method != 0 else { return stored[0..<min(count, stored.count)] }
      return try stored.withBytes {
        ByteSlice(
          copying: try Inflate.start(
            $0, container: .raw, count: min(count, member.size), path: label))
      }
    }
    let offset = try start(NPYHeader.prefixLimit).withBytes {
      try NPYHeader.dataOffset(ByteReader(bytes: $0, path: label))
    }
    return try NPY.header(of: start(offset), size: member.size, path: label)
  }

  /// The bytes of a member as they lie in the file.
  private func stored(_ member: ZipMember, _ label: String) throws -> ByteSlice {
    let start = try dataOffset(of: member, label)
    let (end, overflow) = start.addingReportingOverflow(member.compressedSize)
    guard !overflow, end <= directoryOffset else {
      throw damaged(label, "reaches into the zip directory")
    }
    return file[start..<end]
  }

  private func content(of member: ZipMember, _ label: String) throws -> ByteSlice {
    let stored = try stored(member, label)
    let content: ByteSlice
    if member.method == 0 {
      guard member.size == member.compressedSize else {
        throw damaged(label, "is stored with two different sizes")
      }
      content = stored
    } else {
      content = try stored.withBytes { bytes in
        ByteSlice(
          try Inflate.inflate(bytes, container: .raw, count: member.size, path: label))
      }
    }
    guard content.withBytes({ CRC32.of($0) }) == member.checksum else {
      throw damaged(label, "fails its CRC-32 check")
    }
    return content
  }

  private func refuseUnreadable(_ member: ZipMember, _ label: String) throws {
    let remedy = "save the arrays again with numpy.savez or numpy.savez_compressed"
    guard member.flags & 1 == 0 else {
      throw FormatError.unsupported(path: label, reason: "is encrypted", remedy: remedy)
    }
    guard member.method == 0 || member.method == 8 else {
      throw FormatError.unsupported(
        path: label, reason: "is compressed by zip method \(member.method)", remedy: remedy)
    }
    guard Inflate.canHold(member.size, in: member.compressedSize) else {
      throw damaged(
        label,
        "claims \(member.size) bytes, more than \(member.compressedSize) bytes can inflate to")
    }
    guard member.size <= sizeLimit else {
      throw FormatError.unsupported(
        path: label, reason: "takes \(member.size) bytes, more than the limit of \(sizeLimit)",
        remedy: "split the array")
    }
  }

  /// The local header repeats the name and has extra fields of its own before the data.
  private func dataOffset(of member: ZipMember, _ label: String) throws -> Int {
    try file.withBytes { bytes in
      let reader = ByteReader(bytes: bytes, path: label)
      let start = member.headerOffset
      guard reader.matches("PK\u{3}\u{4}", at: start) else {
        throw damaged(label, "has no local zip header")
      }
      let nameCount = Int(try reader.integer(at: start + 26, as: UInt16.self))
      let extraCount = Int(try reader.integer(at: start + 28, as: UInt16.self))
      let name = try reader.slice(at: start + 30, count: nameCount)
      guard name.elementsEqual(member.name.utf8),
        try reader.integer(at: start + 8, as: UInt16.self) == member.method
      else { throw damaged(label, "contradicts the zip directory") }
      return start + 30 + nameCount + extraCount
    }
  }

  private func damaged(_ label: String, _ reason: String) -> FormatError {
    .malformed(
      path: label, reason: reason,
      remedy: "the file is damaged or incomplete: copy or make it again")
  }
}

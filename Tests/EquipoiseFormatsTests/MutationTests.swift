// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import EquipoiseFormats

/// Damaged files are refused by a `FormatError` or read; they never trap. Debug builds check every
/// access to raw memory.
@Suite struct MutationTests {
  static let count = 10_000

  @Test func safetensors() throws {
    try fuzz(["reference.safetensors"], seed: 1) { bytes in
      let file = try SafetensorsFile(ByteSlice(copying: bytes), path: "a")
      for name in file.names { _ = try file.array(name).floats() }
    }
  }

  @Test func npy() throws {
    try fuzz(["f4.npy", "big_i8.npy", "fortran.npy", "u8.npy", "version2.npy"], seed: 2) { bytes in
      _ = try NPY.parse(ByteSlice(copying: bytes), path: "a").floats()
    }
  }

  @Test func npz() throws {
    try fuzz(["stored.npz", "zip64.npz", "small_deflated.npz"], seed: 3) { bytes in
      let file = try NPZ(ByteSlice(copying: bytes), path: "a")
      for name in file.names { _ = try file.read(name).floats() }
    }
  }

  @Test func wav() throws {
    try fuzz(["pcm16.wav", "pcm24.wav", "float64.wav", "extensible.wav"], seed: 4) { bytes in
      _ = try bytes.withUnsafeBytes { try WAV.parse($0, path: "a").mono() }
    }
  }

  @Test func csv() throws {
    try fuzz(["table.csv"], seed: 5) { bytes in
      let table = try bytes.withUnsafeBytes { try CSV.parse($0, path: "a") }
      for name in table.header { _ = try table.column(name) }
    }
  }

  @Test func idx() throws {
    try fuzz(["bytes.idx", "bytes.idx.gz", "float32.idx"], seed: 6) { bytes in
      _ = try IDX.parse(ByteSlice(copying: bytes), path: "a").floats()
    }
  }

  private func fuzz(_ names: [String], seed: UInt64, read: ([UInt8]) throws -> Void) throws {
    let originals = try names.map(fixtureBytes)
    for original in originals { try read(original) }
    var mutator = Mutator(seed: seed)
    var refused = 0
    for index in 0..<Self.count {
      let mutant = mutator.mutate(originals[index % originals.count])
      do {
        try read(mutant)
      } catch is FormatError {
        refused += 1
      }
    }
    // Mutants that are all refused, or all read, would mean that the damage misses its aim.
    #expect(refused > Self.count / 4 && refused < Self.count)
  }
}

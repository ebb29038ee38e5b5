// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import EquipoiseFormats

@Suite struct HostRowsTests {
  @Test func rowsTakeTheirOwnTypeAndShapeAlone() async throws {
    let array = try HostArray(rows: 3, of: .float32, [2]) { rows in
      try rows.set(2, to: HostArray(floats: [5, 6], shape: [2]))
      try rows.set(0, to: HostArray(floats: [1, 2], shape: [2]))
    }
    #expect(array.shape == [3, 2] && array.floats() == [1, 2, 0, 0, 5, 6])
    for other in [
      HostArray([Float16(1), 2], shape: [2]), HostArray([1.0, 2], shape: [2]),
      HostArray([Int32(1), 2], shape: [2]), HostArray(floats: [1, 2], shape: [1, 2]),
      HostArray(floats: [1, 2, 3], shape: [3]), HostArray(floats: [1], shape: [1]),
    ] {
      expectError(
        "array: is \(other) where float32 [2] is expected; bring all arrays into one type and shape"
      ) {
        _ = try HostArray(rows: 3, of: .float32, [2]) { try $0.set(1, to: other) }
      }
      #expect(throws: FormatError.self) {
        try HostArray.stack([HostArray(floats: [1, 2], shape: [2]), other])
      }
    }
    await #expect(processExitsWith: .failure) {
      _ = try? HostArray(rows: 1, of: .float32, [1]) {
        try $0.set(1, to: HostArray(floats: [1], shape: [1]))
      }
    }
  }

  @Test func stacksAndJoins() throws {
    let rows = [
      HostArray(uint8s: [1, 2], shape: [1, 2]), HostArray(uint8s: [3, 4], shape: [1, 2]),
    ]
    #expect(try HostArray.stack(rows).shape == [2, 1, 2])
    #expect(try HostArray.joined(rows).shape == [2, 2])
    #expect(try HostArray.joined(rows).floats() == [1, 2, 3, 4])
  }

  @Test func largeResultsGoToTheDisk() throws {
    let count = 3 << 20
    let spilled = try SpilledBytes.filled(count: count, threshold: 1 << 20) { bytes in
      for index in bytes.indices { bytes[index] = UInt8(truncatingIfNeeded: index &* 31) }
    }
    #expect(spilled is SpilledBytes)
    let same = spilled.withBytes { bytes in
      bytes.count == count
        && bytes.indices.allSatisfy { bytes[$0] == UInt8(truncatingIfNeeded: $0 &* 31) }
    }
    #expect(same)
    #expect(try SpilledBytes.filled(count: 100) { _ in } is OwnedBytes)
    #expect(throws: CancellationError.self) {
      try SpilledBytes.filled(count: count, threshold: 1) { _ in throw CancellationError() }
    }
  }

  /// All types that hold 0, 20 and 40, into all types.
  @Test func convertsBetweenAllTypes() throws {
    let types = ElementType.allCases.filter { $0 != .bool }
    let source = HostArray(int64s: [0, 20, 40], shape: [3])
    for from in types {
      let array = try source.converted(to: from)
      #expect(array.type == from && array.floats() == [0, 20, 40])
      for to in types {
        let other = try array.converted(to: to)
        #expect(other.type == to && other.shape == [3] && other.doubles() == [0, 20, 40])
      }
    }
    #expect(try HostArray(floats: [0, 1], shape: [2]).converted(to: .bool).floats() == [0, 1])
    // To the nearest, of a half to even: 1 + 2⁻⁸ is between 1 and 1 + 2⁻⁷ in bfloat16.
    let halves = HostArray(floats: [1 + 0x1p-8, 1 + 0x3p-8, .nan, -.infinity], shape: [4])
    let rounded = try halves.converted(to: .bfloat16).floats()
    #expect(rounded[0] == 1 && rounded[1] == 1 + 0x1p-6)
    #expect(rounded[2].isNaN && rounded[3] == -.infinity)
    #expect(
      try HostArray([1 + 0x1p-11 + 0x1p-40], shape: [1]).converted(to: .float16).floats() == [
        1 + 0x1p-10
      ])
  }

  @Test func refusesNumbersThatDoNotFit() throws {
    for (array, type, problem) in [
      (
        HostArray([1e300, 0], shape: [2]), .float32,
        "element 0 is 1e+300, which float32 cannot hold; scale the numbers"
      ),
      (
        HostArray(floats: [0, 70_000], shape: [2]), .float16,
        "element 1 is 70000.0, which float16 cannot hold; scale the numbers"
      ),
      (
        HostArray(floats: [0.5], shape: [1]), .int64,
        "element 0 is 0.5, not a whole number; store whole numbers, best as int64"
      ),
      (
        HostArray(int64s: [1, 300], shape: [2]), .uint8,
        "element 1 is 300, outside of 0...255; bring the numbers into that range or store them as float32"
      ),
    ] as [(HostArray, ElementType, String)] {
      expectError("x.npy: " + problem) { _ = try array.converted(to: type, named: "x.npy") }
    }
  }
}

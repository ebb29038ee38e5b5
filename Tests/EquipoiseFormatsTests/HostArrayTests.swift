// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import EquipoiseFormats

@Suite struct HostArrayTests {
  @Test func convertsEveryIntegerTypeToFloatsAndBack() throws {
    let arrays = [
      HostArray([UInt8(0), 20, 40], shape: [3]), HostArray([Int8(0), 20, 40], shape: [3]),
      HostArray([Int16(0), 20, 40], shape: [3]), HostArray([UInt16(0), 20, 40], shape: [3]),
      HostArray([Int32(0), 20, 40], shape: [3]), HostArray(int64s: [0, 20, 40], shape: [3]),
      HostArray([Float16(0), 20, 40], shape: [3]), HostArray(floats: [0, 20, 40], shape: [3]),
      HostArray([0.0, 20, 40], shape: [3]),
    ]
    for array in arrays {
      #expect(array.floats() == [0, 20, 40])
      #expect(try array.int64s() == [0, 20, 40])
      #expect(array.count == 3 && array.byteCount == 3 * array.type.byteCount)
    }
    #expect(
      arrays.map(\.type) == [
        .uint8, .int8, .int16, .uint16, .int32, .int64, .float16, .float32, .float64,
      ])
  }

  @Test func readsBoolAndNegativeValues() throws {
    #expect(HostArray([true, false], shape: [2]).floats() == [1, 0])
    #expect(try HostArray([true, false], shape: [2]).int64s() == [1, 0])
    #expect(HostArray([Int8(-128)], shape: [1]).floats() == [-128])
    #expect(try HostArray([Int16(-2)], shape: [1]).int64s() == [-2])
    #expect(HostArray([UInt16(65535)], shape: [1]).floats() == [65535])
  }

  /// bfloat16 is the upper half of a float32: 1.5 is 0x3FC0, −2 is 0xC000.
  @Test func readsBFloat16() throws {
    let array = try HostArray(type: .bfloat16, shape: [2]) { bytes in
      bytes.copyBytes(from: [0xC0, 0x3F, 0x00, 0xC0])
    }
    #expect(array.floats() == [1.5, -2])
    expectError("label: element 0 is 1.5, not a whole number; store whole numbers, best as int64") {
      _ = try array.int64s(named: "label")
    }
  }

  @Test func refusesValuesThatAreNoInt64() {
    for value in [Double.nan, .infinity, 1e19, -0.5] {
      #expect(throws: FormatError.self) { try HostArray([value], shape: []).int64s() }
    }
  }

  @Test func slicesRowsWithoutCopying() {
    let array = HostArray(floats: [0, 1, 2, 3, 4, 5], shape: [3, 2])
    #expect(array.row(1).shape == [2])
    #expect(array.row(1).floats() == [2, 3])
    #expect(array.slice(rows: 1..<3).shape == [2, 2])
    #expect(array.slice(rows: 1..<3).floats() == [2, 3, 4, 5])
    #expect(array.slice(rows: 3..<3).shape == [0, 2])
    #expect(array.slice(rows: 1..<3).row(1).floats() == [4, 5])
    let whole = array.withUnsafeBytes { $0.baseAddress }
    let part = array.row(1).withUnsafeBytes { $0.baseAddress }
    #expect(part == whole.map { $0 + 8 })
  }

  @Test func reshapesAndDescribesItself() {
    let array = HostArray(uint8s: [1, 2, 3, 4], shape: [4]).reshaped([2, 2])
    #expect(array.row(1).floats() == [3, 4])
    #expect("\(array)" == "uint8 [2, 2]")
  }

  @Test func startsWithZeros() throws {
    let array = try HostArray(type: .float32, shape: [2, 2]) { _ in }
    #expect(array.floats() == [0, 0, 0, 0])
  }

  @Test func emptyArraysHaveNoElements() throws {
    let array = HostArray(floats: [], shape: [0, 5])
    #expect(array.count == 0 && array.floats().isEmpty)
    #expect(array.slice(rows: 0..<0).shape == [0, 5])
  }

  @Test func trapsOnWrongShapes() async {
    await #expect(processExitsWith: .failure) { _ = HostArray(floats: [1, 2], shape: [3]) }
    await #expect(processExitsWith: .failure) { _ = HostArray(floats: [1], shape: [1]).row(1) }
    await #expect(processExitsWith: .failure) { _ = HostArray(floats: [1], shape: []).row(0) }
    await #expect(processExitsWith: .failure) {
      _ = HostArray(floats: [1], shape: [1]).slice(rows: 0..<2)
    }
  }

  @Test func shapesAreMultipliedWithoutOverflow() {
    #expect(Shape.count([]) == 1)
    #expect(Shape.count([2, 3]) == 6)
    #expect(Shape.count([-1]) == nil)
    #expect(Shape.count([1 << 32, 1 << 32]) == nil)
    #expect(Shape.byteCount([1 << 61], .float64) == nil)
  }

  @Test func elementTypesKnowTheirNames() {
    #expect(ElementType.allCases.map(\.byteCount) == [1, 1, 1, 2, 2, 4, 8, 2, 2, 4, 8])
    for type in ElementType.allCases {
      #expect(ElementType(safetensorsName: type.safetensorsName) == type)
      #expect(ElementType(rawValue: type.rawValue) == type)
    }
    #expect(ElementType(safetensorsName: "F8_E4M3") == nil)
  }
}

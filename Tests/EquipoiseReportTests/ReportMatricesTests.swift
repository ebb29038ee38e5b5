// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseFormats
import EquipoiseTestSupport
import Foundation
import Testing

@testable import EquipoiseReport

/// The heat maps of a report: which epochs, and what stands in a cell.
struct ReportMatricesTests {
  private struct Shown: Decodable {
    struct Matrix: Decodable {
      let name: String
      let rows: Int
      let values: [Int]
    }
    let epochs: [Int]
    let matrices: [[Matrix]]
  }

  /// What a report shows of a run with these matrices after each of some epochs.
  private func shown(
    epochs: Int, _ arrays: [String: HostArray], measured: (Int) -> Bool = { _ in true }
  ) throws -> Shown? {
    let folder = try TemporaryFolder()
    let run = RunFolder(folder.path)
    try FileManager.default.createDirectory(
      atPath: run.measurements, withIntermediateDirectories: true)
    let lines = (0..<epochs).map { "{\"epoch\": \($0)}\n" }
    try Data(lines.joined().utf8).write(to: URL(fileURLWithPath: run.metrics))
    for epoch in 0..<epochs where measured(epoch) {
      try Safetensors.write(
        to: run.measurements(epoch: epoch),
        tensors: arrays.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    }
    return try ReportMatrices(run).map {
      try JSONDecoder().decode(Shown.self, from: JSONEncoder().encode($0))
    }
  }

  @Test func aSmallMatrixIsShownAsItIs() throws {
    let matrix = HostArray(floats: [1, 0.254, -0.5, .nan], shape: [2, 2])
    let other = HostArray(floats: [1, 2], shape: [1, 2])
    let found = try #require(try shown(epochs: 1, ["m.a": matrix, "not square": other]))
    #expect(found.epochs == [0] && found.matrices.count == 1)
    #expect(found.matrices[0].map(\.name) == ["m.a"])
    #expect(found.matrices[0][0].rows == 2)
    #expect(found.matrices[0][0].values == [100, 25, -50, 0])
  }

  /// 81 classes in blocks of three: a cell is the mean of its numbers.
  @Test func manyClassesAreAveragedInBlocks() throws {
    let values = (0..<81 * 81).map { Float($0 / 81 / 3 == $0 % 81 / 3 && $0 % 3 == 0 ? 0.5 : 0) }
    let found = try #require(
      try shown(epochs: 1, ["m": HostArray(floats: values, shape: [81, 81])]))
    let matrix = found.matrices[0][0]
    #expect(matrix.rows == 27)
    // Three of the nine numbers of a block on the diagonal.
    #expect((0..<27).allSatisfy { matrix.values[$0 * 28] == 17 })
    #expect(matrix.values.reduce(0, +) == 27 * 17)
    // 80 classes make blocks of two.
    let even = try #require(
      try shown(
        epochs: 1, ["m": HostArray(floats: Array(repeating: 0.5, count: 6400), shape: [80, 80])]))
    #expect(even.matrices[0][0].rows == 40)
    #expect(even.matrices[0][0].values.allSatisfy { $0 == 50 })
  }

  @Test func epochsAreEvenAndTheLastIsAmongThem() throws {
    let matrix = ["m": HostArray(floats: [1], shape: [1, 1])]
    #expect(try shown(epochs: 20, matrix)?.epochs == [0, 3, 6, 9, 12, 15, 18, 19])
    #expect(try shown(epochs: 3, matrix)?.epochs == [0, 1, 2])
    #expect(try shown(epochs: 5, matrix) { $0 % 2 == 0 }?.epochs == [0, 2, 4])
    #expect(try shown(epochs: 2, matrix) { _ in false } == nil)
  }
}

// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import EquipoiseMetrics

/// How confusion is written: for few classes as ever, for many without the square of their number.
struct ConfusionMatrixTests {
  private func json(_ matrix: ConfusionMatrix) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return String(decoding: try encoder.encode(matrix), as: UTF8.self)
  }

  private func read(_ json: String) throws -> ConfusionMatrix {
    try JSONDecoder().decode(ConfusionMatrix.self, from: Data(json.utf8))
  }

  @Test func fewClassesAreRowsOfCounts() throws {
    let matrix = ConfusionMatrix(labels: [0, 0, 1], predictions: [0, 1, 1], classes: 2)
    #expect(try json(matrix) == "[[1,1],[0,1]]")
    #expect(try read("[[1,1],[0,1]]") == matrix)
    #expect(try read("[]") == ConfusionMatrix(classes: 0))
  }

  @Test func manyClassesAreListedWhereTheyOccur() throws {
    let matrix = ConfusionMatrix(
      labels: [4999, 0, 4999], predictions: [7, 0, 7], classes: 5000)
    let text =
      #"{"classes":5000,"counts":[1,2],"labels":[0,4999],"predictions":[0,7]}"#
    #expect(try json(matrix) == text)
    #expect(try read(text) == matrix)
    #expect(matrix.accuracy == 1.0 / 3)
    #expect(matrix.recalls.count == 5000 && matrix.recalls[0] == 1 && matrix.recalls[4999] == 0)
    #expect(matrix.macroF1 == 1.0 / 5000)
  }

  @Test func theLimitIsWhereTheFormChanges() throws {
    let limit = ConfusionMatrix.denseLimit
    #expect(try json(ConfusionMatrix(classes: limit)).hasPrefix("[["))
    #expect(try json(ConfusionMatrix(classes: limit + 1)).hasPrefix("{"))
  }

  @Test(arguments: [
    "[[1,2]]", "[[-1]]", #"{"classes":2,"labels":[2],"predictions":[0],"counts":[1]}"#,
    #"{"classes":2,"labels":[0],"predictions":[0],"counts":[]}"#,
    #"{"classes":-1,"labels":[0],"predictions":[0],"counts":[1]}"#,
    #"{"classes":2,"labels":[0],"predictions":[0],"counts":[9223372036854775807]}"#,
  ])
  func damageIsAnError(_ json: String) {
    #expect(throws: DecodingError.self) { try read(json) }
  }
}

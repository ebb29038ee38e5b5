// SPDX-License-Identifier: Apache-2.0
import EquipoiseTorch
internal import EquipoiseWorkers
import Foundation

extension Evaluator.Rows {
  /// The rows of all workers, one worker's after the other's.
  ///
  /// - Parameters:
  ///   - fused: this worker's fused outputs.
  ///   - workers: who has the others.
  /// - Returns: everything but the fused outputs' tensors, and all fused outputs.
  /// - Throws: when another worker has gone.
  func gathered(
    with fused: [Float], over workers: WorkerGroup
  ) throws -> (rows: Evaluator.Rows, fused: [Float]) {
    let encoder = PropertyListEncoder()
    encoder.outputFormat = .binary
    let parts = try workers.gathered(try encoder.encode(Portable(self, fused)))
    var whole = Evaluator.Rows()
    var outputs: [Float] = []
    for part in parts {
      let found = try PropertyListDecoder().decode(Portable.self, from: part)
      whole.append(found.rows)
      outputs += found.outputs
    }
    return (whole, outputs)
  }

  private mutating func append(_ other: Evaluator.Rows) {
    answers.append(other.answers)
    patterns += other.patterns
    places += other.places
    Self.append(other.slices, to: &slices)
    Self.append(other.zeroOuts, to: &zeroOuts)
    Self.append(other.sets, to: &sets)
  }

  /// A worker without a batch has no columns.
  private static func append(_ outputs: [SplitOutputs], to columns: inout [SplitOutputs]) {
    guard !columns.isEmpty else { return columns = outputs }
    for (index, own) in outputs.enumerated() { columns[index].append(own) }
  }
}

/// Rows as bytes, for workers on machines of one byte order.
private struct Portable: Codable {
  private struct Column: Codable {
    let integers: Data
    let numbers: Data
  }

  private let answers: Column
  private let fused: Data
  private let patterns: Data
  private let places: Data
  private let slices: [Column]
  private let zeroOuts: [Column]
  private let sets: [Column]

  init(_ rows: Evaluator.Rows, _ fused: [Float]) {
    func column(_ outputs: SplitOutputs) -> Column {
      Column(integers: Self.bytes(outputs.classes), numbers: Self.bytes(outputs.rows))
    }
    answers = Column(
      integers: Self.bytes(rows.answers.labels), numbers: Self.bytes(rows.answers.rows))
    self.fused = Self.bytes(fused)
    (patterns, places) = (Self.bytes(rows.patterns), Self.bytes(rows.places))
    slices = rows.slices.map(column)
    zeroOuts = rows.zeroOuts.map(column)
    sets = rows.sets.map(column)
  }

  var outputs: [Float] { Self.numbers(fused) }

  var rows: Evaluator.Rows {
    func column(_ column: Column) -> SplitOutputs {
      SplitOutputs(
        classes: Self.numbers(column.integers), rows: Self.numbers(column.numbers))
    }
    return Evaluator.Rows(
      answers: SplitAnswers(
        labels: Self.numbers(answers.integers), rows: Self.numbers(answers.numbers)),
      slices: slices.map(column), zeroOuts: zeroOuts.map(column), sets: sets.map(column),
      patterns: Self.numbers(patterns), places: Self.numbers(places))
  }

  private static func bytes<Number: BitwiseCopyable>(_ numbers: [Number]) -> Data {
    numbers.withUnsafeBytes { Data($0) }
  }

  private static func numbers<Number: BitwiseCopyable>(_ bytes: Data) -> [Number] {
    bytes.withUnsafeBytes { source in
      Array(
        unsafeUninitializedCapacity: source.count / MemoryLayout<Number>.stride
      ) { memory, count in
        UnsafeMutableRawBufferPointer(memory).copyMemory(from: source)
        count = source.count / MemoryLayout<Number>.stride
      }
    }
  }
}

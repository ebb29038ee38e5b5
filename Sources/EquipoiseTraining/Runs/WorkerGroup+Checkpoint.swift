// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import EquipoiseTorch
internal import EquipoiseWorkers
import Foundation

/// A checkpoint that the first worker has read.
extension WorkerGroup {
  private struct Outline: Codable {
    let progress: Data
    let tensors: [Shape]
  }

  private struct Shape: Codable {
    let name: String
    let shape: [Int]
    let type: Int32
  }

  /// A checkpoint of the first worker, on all.
  ///
  /// - Parameter load: Run by the first worker alone.
  /// - Returns: What it loaded; nil where there is none.
  /// - Throws: What `load` throws, on all workers.
  func checkpoint(_ load: () throws -> Checkpoint?) throws -> Checkpoint? {
    var own: Checkpoint?
    let outlines: [Outline] = try agreed {
      own = try load()
      return try own.map { [try Self.outline($0)] } ?? []
    }
    guard let outline = outlines.first else { return nil }
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .named
    let tensors = try outline.tensors.enumerated().map { index, shape -> NamedTensor in
      let dtype = DType(rawValue: shape.type) ?? .float32
      let given = own?.tensors[index].tensor ?? .zeros(shape.shape, dtype: dtype)
      return (name: shape.name, tensor: try broadcast(given))
    }
    return Checkpoint(
      progress: try decoder.decode(TrainingProgress.self, from: outline.progress),
      tensors: tensors)
  }

  private static func outline(_ checkpoint: Checkpoint) throws -> Outline {
    let encoder = JSONEncoder()
    encoder.nonConformingFloatEncodingStrategy = .named
    return Outline(
      progress: try encoder.encode(checkpoint.progress),
      tensors: checkpoint.tensors.map {
        Shape(name: $0.name, shape: $0.tensor.shape, type: $0.tensor.dtype.rawValue)
      })
  }
}

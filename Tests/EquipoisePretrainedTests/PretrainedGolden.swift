// SPDX-License-Identifier: Apache-2.0
import EquipoiseModels
@testable import EquipoisePretrained
import EquipoiseTestSupport
import EquipoiseTorch
import Foundation
import Testing

/// A network that References/pretrained.py has written, and what it computes there in double precision.
struct PretrainedGolden {
  /// The folder, in Hugging Face's layout.
  let path: String
  private let file: TensorFile

  /// The network of a folder; `suffix` is that of the golden file, where there are several.
  init(_ name: String, _ suffix: String = "") throws {
    path = try #require(Bundle.module.url(forResource: "Fixtures/\(name)", withExtension: nil)).path
    file = try TensorFile(path: path + "/golden\(suffix).safetensors")
  }

  /// A golden tensor.
  func callAsFunction(_ what: String) throws -> Tensor { try file.tensor(what) }

  /// Whether there is such a tensor.
  func has(_ what: String) -> Bool { file.names.contains(what) }

  /// The batch.
  func batch(_ type: DType) throws -> RaggedBatch {
    let input = try self("input")
    let lengths = has("lengths") ? StepLengths(try self("lengths").array(of: Int.self)) : nil
    return RaggedBatch(input.dtype.isFloatingPoint ? input.to(type) : input, lengths: lengths)
  }

  /// The network for the batch, in a type; every layer is a block unless something else is said.
  func network(
    _ type: DType = .float32, depths: BlockDepths? = nil, pooling: PretrainedPooling = .auto
  ) throws -> PretrainedNetwork {
    let folder = try PretrainedFolder(path)
    let shape = Array(try self("input").shape.dropFirst())
    let layers = file.names.count { $0.hasPrefix("output.") }
    let found = try EncoderCatalogue.standard.network(
      of: folder,
      for: NetworkRequest(
        input: EncoderInput(modality: "m", shape: shape),
        depths: depths ?? .list([Int](repeating: 1, count: layers)), pooling: pooling, dropout: nil,
        place: "model.encoders.m"))
    try found.encoder.validate(shape: shape, of: "m")
    found.encoder.move(to: .cpu, dtype: type)
    return found
  }

  /// The golden gradients by the encoder's names.
  func gradients(_ family: any PretrainedFamily.Type) throws -> [String: Tensor] {
    var found: [String: Tensor] = [:]
    for name in file.names where name.hasPrefix("gradient.") {
      guard let own = family.parameterName(String(name.dropFirst(9))) else { continue }
      found[own] = try self(name)
    }
    return found
  }
}

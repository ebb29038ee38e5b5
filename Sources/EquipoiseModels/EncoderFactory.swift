// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseSettings
import Foundation
import EquipoiseTorch

/// Makes one modality's encoder from its section.
struct EncoderFactory {
  let modality: String
  let shape: [Int]
  let section: EncoderSection
  var vocabulary: Int?

  /// An encoder with random weights, or those of the file that the section names.
  func makeEncoder(from generator: Generator) throws -> any ModalityEncoder {
    let input = EncoderInput(modality: modality, shape: shape, vocabulary: vocabulary)
    try refuseMoreThanMemory(input)
    let encoder = try section.settings.makeEncoder(for: input, from: generator)
    try encoder.checkTokens(of: input)
    try encoder.validate(shape: shape, of: modality)
    if let path = section.initialWeights { try load(path, into: encoder) }
    return encoder
  }

  private func load(_ path: String, into encoder: any ModalityEncoder) throws {
    let file = try TensorFile(path: path).tensors()
    if let encoder = encoder as? ResNet {
      let names = try PretrainedNames(of: encoder.state.map(\.name), in: file, source: path)
      if let difference = ResNetForm(names.tensors)?.difference(from: encoder) {
        throw EquipoiseError(
          .configuration, difference.what, at: path,
          fix: "\(difference.setting) (model.encoders.\(modality))")
      }
    }
    try encoder.loadPretrained(file, source: path)
  }

  /// Weights that no memory holds would end the process while they are drawn, without a word.
  private func refuseMoreThanMemory(_ input: EncoderInput) throws {
    let bytes = 4 * ((section.settings as? any WeightCounting)?.leastWeights(for: input) ?? 0)
    let physical = Double(ProcessInfo.processInfo.physicalMemory)
    guard bytes > physical else { return }
    let gibibyte = Double(1 << 30)
    throw EquipoiseError(
      .configuration,
      String(
        format: "the encoder's weights take %.0f GiB, and this machine has %.0f", bytes / gibibyte,
        physical / gibibyte), at: "model.encoders.\(modality)",
      fix: "choose a smaller width or depth")
  }
}

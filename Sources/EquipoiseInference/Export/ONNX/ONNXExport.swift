// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseModels
internal import EquipoiseKit
internal import EquipoiseSettings
internal import EquipoiseData
internal import EquipoiseMethods
package import EquipoiseTraining
internal import EquipoiseExperiments
import EquipoiseFormats
import Foundation
import EquipoiseMessages
import SwiftProtobuf
import EquipoiseTorch

/// A trained model as ONNX: from the prepared arrays of each modality, in the dataset's type and before
/// normalisation, to `probabilities` and `probabilities_<modality>`, [batch, K], in single precision; of a regression
/// to `values` and `values_<modality>`, [batch, T], in the targets' own unit. Where samples have lengths of their own,
/// `<modality>.length` is an input too, int64 [batch]; where they may lack a modality `<modality>.present`, uint8 [batch],
/// not 0 where a sample has it. What stands in place of an absent modality is not read.
///
/// The model is run on zeros and what it calls is translated, so that every encoder and fusion made of
/// known operators can be exported, those of other programs too.
package struct ONNXExport {
  private let message: Onnx_ModelProto

  /// The names of the inputs: the modalities.
  package var inputs: [String] { message.graph.input.map(\.name) }
  /// The names of the outputs.
  package var outputs: [String] { message.graph.output.map(\.name) }
  /// The number of nodes.
  package var nodes: Int { message.graph.node.count }

  /// The export of a run's model.
  ///
  /// - Parameter run: a trained run on the CPU in single precision.
  /// - Throws: `EquipoiseError` that names the part of the model that has no counterpart in ONNX.
  package init(of run: RunParts) throws {
    let modalities = run.dataset.modalities
    let first = try withoutGradient { try Recording(run, samples: 2) }
    let second = try withoutGradient { try Recording(run, samples: 3) }
    var translation = ONNXTranslation()
    for (modality, input) in zip(modalities, first.inputs) {
      try translation.graph.addInput(input.tensor, modality.name)
    }
    for (modality, input) in zip(modalities, first.inputs) {
      if let lengths = input.lengths {
        try translation.graph.addInput(lengths, modality.name + ".length")
      }
      if let present = input.present {
        try translation.graph.addInput(present, modality.name + ".present")
      }
    }
    do {
      try translation.add(first.calls, comparing: second.calls)
    } catch let unsupported as ONNXTranslation.Unsupported {
      throw EquipoiseError(
        .usage,
        "\(Self.part(of: run, calling: unsupported.name, first.inputs)) cannot be exported: "
          + "'\(unsupported.name)' has no translation to ONNX",
        fix: "export the weights with \(.argument("format=safetensors"))")
    }
    let output = run.objective.task == .regression ? "values" : "probabilities"
    try translation.graph.addOutput(first.fused, output)
    for (name, tensor) in first.modalities {
      try translation.graph.addOutput(tensor, "\(output)_\(name)")
    }
    message = Self.model(translation.graph.message, of: run)
  }

  /// Writes the file; an old one stays until the new one is complete.
  ///
  /// - Parameter path: the file.
  /// - Throws: `FormatError` when the disk refuses.
  package func write(to path: String) throws {
    var options = BinaryEncodingOptions()
    options.useDeterministicOrdering = true
    let data: Data = try message.serializedBytes(options: options)
    // The format has no checksum of its own; between the two files there is none rather than a wrong one.
    try FileSystem.remove(FileCheck.list(of: path))
    try AtomicFile.write(data: data, to: path)
    try FileCheck.writeList(of: path, Digest.sha256Hex(of: Array(data)))
  }

  private static func model(_ graph: Onnx_GraphProto, of run: RunParts) -> Onnx_ModelProto {
    var model = Onnx_ModelProto()
    model.irVersion = 8
    (model.producerName, model.producerVersion) = ("equipoise", Version.current)
    var operators = Onnx_OperatorSetIdProto()
    operators.version = Int64(ONNXTranslation.operatorSet)
    model.opsetImport = [operators]
    model.graph = graph
    model.graph.name = run.configuration.method.name
    let description = run.dataset.description
    let notes =
      description.task == .classification
      ? [("classes", description.classes)]
      : [("task", [description.task.rawValue]), ("outputs", description.outputs)]
    model.metadataProps = notes.map { key, lines in
      var entry = Onnx_StringStringEntryProto()
      (entry.key, entry.value) = (key, lines.joined(separator: "\n"))
      return entry
    }
    return model
  }

  /// The part of a model that calls an operator, for the message.
  private static func part(
    of run: RunParts, calling name: String, _ inputs: [Input]
  ) -> String {
    let normalized = Recording.normalized(inputs, run.dataset.modalities)
    if !run.model.isCoupled {
      for (entry, input) in zip(run.model.encoders.entries, normalized) {
        let calls = withoutGradient {
          OperatorTrace.record { entry.module.features(input, .evaluation) }.calls
        }
        if calls.contains(where: { $0.name == name }) {
          return "the encoder of '\(entry.name)' (\(entry.module.summary))"
        }
      }
    }
    if run.method is any InferenceFusing {
      return "the fusion of method '\(run.configuration.method.name)'"
    }
    let others = run.model.isCoupled ? "coupled encoders or the " : ""
    return "the \(others)fusion (\(run.model.fusion.summary))"
  }

  /// One modality of some samples of zeros, as the exported model is given it.
  private struct Input {
    /// [samples, shape…], as it is stored.
    let tensor: Tensor
    /// int64 [samples], where they have lengths of their own.
    let lengths: Tensor?
    /// uint8 [samples], where they may lack the modality.
    let present: Tensor?

    init(_ modality: DatasetModality, of run: RunParts, samples: Int) {
      let (name, shape) = (modality.name, modality.description.shape)
      tensor = .zeros([samples] + shape, dtype: DType(modality.description.type))
      lengths =
        run.modalitiesWithLengths.contains(name)
        ? Tensor([Int](repeating: shape[0], count: samples), shape: [samples]) : nil
      present =
        run.modalitiesThatMayBeMissing.contains(name) ? .ones([samples], dtype: .uint8) : nil
    }

    /// What the model makes of it. A sample without the modality has a length, whatever is given.
    var batch: RaggedBatch {
      RaggedBatch(
        tensor,
        lengths: lengths.map {
          StepLengths(onDevice: present == nil ? $0 : $0.clamped(toAtLeast: 1))
        }, presence: present.map { RowPresence(onDevice: $0.to(.bool)) })
    }
  }

  /// What the model calls for some samples of zeros.
  private struct Recording {
    let inputs: [Input]
    let calls: [OperatorCall]
    let fused: Tensor
    let modalities: [(name: String, probabilities: Tensor)]

    init(_ run: RunParts, samples: Int) throws {
      let modalities = run.dataset.modalities
      let inputs = modalities.map { Input($0, of: run, samples: samples) }
      let scores = ClassScores(of: run, present: modalities.map(\.name))
      let (calls, result) = try OperatorTrace.record {
        try scores.probabilities(Self.normalized(inputs, modalities))
      }
      self.inputs = inputs
      (self.calls, fused, self.modalities) = (calls, result.fused, result.modalities)
    }

    /// What the model sees of prepared arrays.
    static func normalized(
      _ inputs: [Input], _ modalities: [DatasetModality]
    ) -> [RaggedBatch] {
      let tensors = InputNormalizer(modalities, device: .cpu).normalized(inputs.map(\.tensor))
      return zip(inputs, tensors).map { InputNormalizer.zeroed($0.batch.with($1)) }
    }
  }
}

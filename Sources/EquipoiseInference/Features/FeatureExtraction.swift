// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseMethods
internal import EquipoiseModels
internal import EquipoiseData
package import EquipoiseTraining
internal import EquipoiseFormats
import EquipoiseTorch

/// What a trained model makes of samples on the way to its answer: the features of each modality, at the end of its
/// encoder and where asked at each depth, and the fused logits.
package struct FeatureExtraction {
  private let run: RunParts
  private let source: any PredictionSource
  private let atDepths: Bool
  private let batchSize: Int

  /// An extraction.
  ///
  /// - Parameters:
  ///   - run: a trained run.
  ///   - source: the samples; of a modality that it lacks there are no features.
  ///   - atDepths: whether to take each block's output, too: the mean of each channel.
  ///   - batchSize: samples at a time; nil takes the run's.
  package init(
    _ run: RunParts, _ source: any PredictionSource, atDepths: Bool = false, batchSize: Int? = nil
  ) {
    (self.run, self.source, self.atDepths) = (run, source, atDepths)
    let configuration = run.configuration
    self.batchSize =
      batchSize ?? configuration.evaluation.batchSize ?? configuration.training.batchSize
  }

  /// Runs the model over all samples.
  ///
  /// - Returns: the table; what a sample has of a modality that it lacks is zeros.
  /// - Throws: `EquipoiseError` about a sample that cannot be used or features that are not finite.
  package func table() throws -> FeatureTable {
    var columns: [String: Column] = [:]
    var present: [String: [Bool]] = [:]
    var order: [Int] = []
    let normalizer = InputNormalizer(
      source.modalities, device: run.device,
      channelsLast: run.configuration.training.channelsLast)
    try source.forEachBatch(of: batchSize) { host in
      let varying = zip(source.modalities, host.lengths).filter { $1 != nil }.map(\.0.name)
      if !varying.isEmpty { try run.model.checkLengths(of: Set(varying)) }
      let batch = normalizer(host)
      order += batch.indices
      for (modality, presence) in zip(source.modalities, batch.present) {
        let rows = presence.map { Set($0.rows) }
        present[modality.name, default: []] += (0..<batch.count).map { rows?.contains($0) ?? true }
      }
      for (name, rows) in try withoutGradient({ try outputs(batch) }) {
        columns[name, default: Column(width: rows.size(1))].add(rows.to(.float32).floats())
      }
    }
    if let name = columns.keys.sorted().first(where: { columns[$0]?.isFinite == false }) {
      throw EquipoiseError(
        .data, "'\(name)' is not finite", fix: "check the inputs' range and the weights")
    }
    return FeatureTable(
      columns: columns.mapValues { HostArray($0.values, shape: [order.count, $0.width]) },
      answers: answers(order), ids: order.map(source.name(of:)),
      present: present.filter { $0.value.contains(false) },
      outputs: run.dataset.description.outputs, task: run.objective.task)
  }

  /// Rows of numbers, one for each sample.
  private struct Column {
    let width: Int
    private(set) var values: [Float] = []
    private(set) var isFinite = true

    init(width: Int) { self.width = width }

    mutating func add(_ rows: [Float]) {
      values += rows
      isFinite = isFinite && rows.allSatisfy(\.isFinite)
    }
  }

  /// Each column of a batch, [B, width].
  private func outputs(_ batch: Batch) throws -> [(String, Tensor)] {
    let (model, names) = (run.model, source.modalities.map(\.name))
    let given = Dictionary(uniqueKeysWithValues: zip(names, batch.ragged))
    let inputs = model.modalities.map { name in
      given[name]
        ?? RaggedBatch(
          .zeros([batch.count] + (model.inputShapes[name] ?? []), device: run.device),
          presence: RowPresence(rows: [], of: batch.count, device: run.device))
    }
    let answer = try run.inference.answer(to: inputs)
    let features = zip(model.modalities, answer.features).filter { given[$0.0] != nil }
      .map { (FeatureTable.column($0), $1) }
    let traces = atDepths ? model.trace(inputs, .evaluation) : []
    let depths = traces.enumerated().flatMap { index, trace -> [(String, Tensor)] in
      let (name, encoder) = (model.modalities[index], model.encoders.modules[index])
      return given[name] == nil
        ? []
        : trace.outputs.indices.map { depth in
          let own = means(of: trace, depth, channelAxis: encoder.channelAxis)
          return (
            FeatureTable.column(name, depth: depth + 1),
            filled(own, inputs[index].presence, batch.count)
          )
        }
    }
    return features + depths + [(FeatureTable.logits, answer.fused)]
  }

  /// The mean of each channel of a block's output over everything else of a sample, [n, C].
  private func means(of trace: EncoderTrace, _ depth: Int, channelAxis: Int) -> Tensor {
    let output = trace.outputs[depth].to(.float32)
    if let steps = trace.steps[depth] { return steps.means(output, channelAxis: channelAxis) }
    let others = (1..<output.rank).filter { $0 != channelAxis }
    let rows = others.isEmpty ? output : output.mean(over: others)
    // A video's frames are rows.
    return rows.reshaped([trace.samples, -1, rows.size(1)]).mean(over: [1])
  }

  /// Rows of all samples, zeros for those that lack the modality.
  private func filled(_ own: Tensor, _ presence: RowPresence?, _ count: Int) -> Tensor {
    guard let presence else { return own }
    let places = Dictionary(uniqueKeysWithValues: presence.rows.enumerated().map { ($1, $0) })
    let (values, width) = (own.floats(), own.size(1))
    let rows = (0..<count).flatMap { row -> [Float] in
      places[row].map { Array(values[$0 * width..<($0 + 1) * width]) }
        ?? [Float](repeating: 0, count: width)
    }
    return Tensor(rows, shape: [count, width])
  }

  /// What is right for the samples; nil unless that is known of each.
  private func answers(_ order: [Int]) -> HostArray? {
    let outputs = run.dataset.description.outputs.count
    if run.objective.task == .classification {
      let labels = order.compactMap(source.label(of:))
      return labels.count == order.count && !order.isEmpty
        ? HostArray(int64s: labels.map(Int64.init), shape: [order.count]) : nil
    }
    let rows = order.compactMap(source.targets(of:))
    guard rows.count == order.count, !order.isEmpty else { return nil }
    let values = rows.flatMap { $0 }
    return run.objective.task == .multilabel
      ? HostArray(uint8s: values.map { UInt8($0) }, shape: [order.count, outputs])
      : HostArray(values, shape: [order.count, outputs])
  }
}

// SPDX-License-Identifier: Apache-2.0
import EquipoiseKit
import EquipoiseSettings
import EquipoiseTestSupport
import EquipoiseTorch
import Testing

@testable import EquipoiseData
@testable import EquipoiseMethods
@testable import EquipoiseModels

/// Steps of every method on samples that lack modalities.
struct MissingModalityStepTests {
  private static let names = MethodCatalogue.standard.methods
    .filter { $0.needs.modalities.upperBound > 1 && $0.needs.missing.refusal == nil }
    .map { $0.name }

  /// A method that has trained for three steps on batches in which rows are absent; `filling` stands in their place.
  private struct Rig {
    let model: MultimodalModel
    let reports: [StepReport]
    let method: any BalancingMethod
    /// The model's state before the first step.
    let start: [NamedTensor]

    init(
      _ name: String, _ rows: [[[Int]?]], training: [[[Int]?]]? = nil, filling: Double
    ) throws {
      let type = try #require(MethodCatalogue.standard.methods.first { $0.name == name })
      var configuration = ModelConfiguration()
      if let fusion = type.needs.fusion { configuration.fusion = fusion }
      if let coupling = type.needs.coupling { configuration.coupling = coupling }
      let encoder = EncoderSection.mlp(width: 6, depth: 2)
      configuration.encoders = NamedSections(["a": encoder, "b": encoder])
      let model = try ModelFactory.makeModel(
        modalities: [("a", [4]), ("b", [3])], classes: 3, configuration: configuration, seed: 1)
      model.move(to: .cpu, dtype: .float64)
      start = model.state.map { ($0.name, $0.tensor.cloned()) }
      let batches = rows.enumerated().map { step, rows in
        MissingModalityStepTests.batch(rows, seed: UInt64(step), filling: filling)
      }
      let setting = MethodSetting(
        model: model, classes: 3, epochs: 3, device: .cpu, seed: 0, samplesPerClass: [6, 6, 6],
        batchSize: 6, lacksModalities: true)
      var table = SectionTable()
      try MethodCatalogue.standard.add(to: &table)
      let section = try ConfigResolver<Holder>(table: table).resolve(
        ConfigAssignment.parse(set: "method.name=\(name)")
      ).configuration.method
      let method = try MethodCatalogue.standard.make(section, for: setting)
      let own = (method as? any ParameterOwning)?.ownParameters ?? []
      // What passes over the training split see, where that is something else.
      let others = training?.enumerated().map { step, rows in
        MissingModalityStepTests.batch(rows, seed: UInt64(step), filling: filling)
      }
      let visit: TrainingEngine.Visit = { body in
        for batch in others ?? batches { try body(batch) }
      }
      let engine = TrainingEngine(
        model: model,
        optimizer: SGD(
          model.namedParameters + own.map { ("method.\($0.name)", $0.parameter) },
          learningRate: 0.05),
        training: TrainingConfiguration(), device: .cpu,
        trainingBatches: { _, body in try visit(body) },
        validationBatches: visit,
        schedule: TrainingEngine.EpochSchedule(
          batches: { _, body in try visit(body) }, learningRate: { _, _ in 0.05 }))
      var reports: [StepReport] = []
      for epoch in 0..<2 {
        try (method as? any EpochAdapting)?.beginEpoch(epoch, with: engine)
        for (step, batch) in batches.enumerated() {
          let context = StepContext(
            epoch: epoch, step: step, stepsPerEpoch: batches.count,
            globalStep: epoch * batches.count + step, batch: batch, mode: .training())
          reports.append(
            try (method as? any StepDefining)?.step(in: context, with: engine)
              ?? StandardStep(method, engine: engine).run(context))
        }
      }
      (self.model, self.reports, self.method) = (model, reports, method)
    }
  }

  private struct Holder: ConfigurationSection {
    var method = MethodSection()
  }

  private static func batch(_ rows: [[Int]?], seed: UInt64, filling: Double) -> Batch {
    let generator = Generator(seed: seed)
    let inputs = zip([4, 3], rows).map { width, rows in
      let full = Tensor.normal([6, width], dtype: .float64, from: generator)
      guard let rows else { return full }
      return full.selected(
        where: RowPresence(rows: rows, of: 6).mask(rank: 2),
        else: .full([], filling, dtype: .float64))
    }
    return Batch(
      inputs: inputs, labels: Tensor([0, 1, 2, 0, 1, 2]), indices: Array(0..<6),
      present: rows.map { $0.map { RowPresence(rows: $0, of: 6) } })
  }

  /// Some lack one, some the other; in one batch none has the second, and in one they have nothing in common.
  private static let rows: [[[Int]?]] = [
    [[0, 1, 2, 3, 4], [0, 1, 2, 4, 5]], [nil, []], [[0, 1], [2, 3, 4, 5]], [[0, 2, 3, 4, 5], nil],
  ]

  /// What stands in place of absent modalities changes nothing, and everything stays a number.
  @Test(arguments: names)
  func absentValuesChangeNothing(name: String) throws {
    let rigs = try [0, Double.nan].map { try Rig(name, Self.rows, filling: $0) }
    for (first, second) in zip(rigs[0].model.state, rigs[1].model.state) {
      #expect(isEqual(first.tensor, second.tensor), "\(first.name)")
      #expect(
        first.tensor.to(.float64).array(of: Double.self).allSatisfy { $0.isFinite }, "\(first.name)"
      )
    }
    for (first, second) in zip(rigs[0].reports, rigs[1].reports) {
      #expect(first.loss.item() == second.loss.item() && first.loss.item().isFinite)
      #expect(isEqual(first.logits, second.logits))
      #expect(first.telemetry.map(\.name) == second.telemetry.map(\.name))
      for (a, b) in zip(first.telemetry, second.telemetry) {
        #expect(a.value.item() == b.value.item() && a.value.item().isFinite, "\(a.name.text)")
      }
    }
    let states = rigs.map { ($0.method as? any StateKeeping)?.state ?? [] }
    for (first, second) in zip(states[0], states[1]) {
      #expect(isEqual(first.tensor, second.tensor), "\(first.name)")
    }
  }

  /// A modality of no sample leaves its encoder as it was: in the second batch there is no `b`.
  @Test(arguments: names)
  func anEncoderWithoutSamplesStays(name: String) throws {
    let rig = try Rig(name, [[nil, []]], training: [[nil, nil]], filling: 0)
    for (first, second) in zip(rig.model.state, rig.start)
    where first.name.hasPrefix("encoders.b.") {
      #expect(isEqual(first.tensor, second.tensor), "\(first.name)")
    }
  }

  @Test func aMethodWithoutARuleRefuses() throws {
    #expect(ModelNeeds().missing.refusal == "it states no rule for samples that lack a modality")
    #expect(MethodCatalogue.standard.methods.allSatisfy { $0.needs.missing.refusal == nil })
  }
}

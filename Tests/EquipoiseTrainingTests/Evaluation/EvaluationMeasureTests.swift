// SPDX-License-Identifier: Apache-2.0
import EquipoiseKit
import EquipoiseMetrics
import EquipoiseSettings
import EquipoiseTorch
import Testing

@testable import EquipoiseData
@testable import EquipoiseMethods
@testable import EquipoiseModels
@testable import EquipoiseTraining

/// Zero-out, slices and Shapley sets against passes that are made one by one.
struct EvaluationMeasureTests {
  private let samples = 180

  private func model(
    _ fusion: FusionSection, mmtm: Bool = false, modalities: [String] = ["a", "b", "c"]
  ) throws -> MultimodalModel {
    let shapes = ["a": [4], "b": [6], "c": [3]]
    var configuration = ModelConfiguration()
    configuration.fusion = fusion
    configuration.coupling = mmtm ? .mmtm : .uncoupled
    for name in modalities { configuration.encoders[name] = .mlp(width: 5, depth: 2) }
    let model = try ModelFactory.makeModel(
      modalities: modalities.map { ($0, shapes[$0] ?? []) }, classes: 3,
      configuration: configuration, seed: 11)
    // Biases are 0 at first, and with them an input of zeros would be features of zeros.
    let generator = Generator(seed: 6)
    for parameter in model.parameters {
      let noise = Tensor.normal(parameter.leaf.shape, from: generator) * 0.5
      parameter.assign(parameter.leaf.detached() + noise)
    }
    return model
  }

  /// Batches of different sizes, most of whose labels are what logits say: by default the model's.
  private func batches(
    _ model: MultimodalModel, by logits: (([Tensor]) throws -> Tensor)? = nil
  ) rethrows -> [Batch] {
    let generator = Generator(seed: 5)
    return try [70, 80, 30].map { count in
      let inputs = model.modalities.map {
        Tensor.normal([count] + (model.inputShapes[$0] ?? []), from: generator)
      }
      let said = try withoutGradient {
        try (logits?(inputs) ?? model.forward(inputs, .evaluation).logits).argmax(1)
          .array(of: Int.self)
      }
      let labels = said.enumerated().map { $0 % 3 == 0 ? ($1 + $0 / 3) % 3 : $1 }
      return Batch(inputs: inputs, labels: Tensor(labels), indices: Array(0..<count))
    }
  }

  private func report(
    _ model: MultimodalModel, _ batches: [Batch], _ fusing: (any InferenceFusing)? = nil
  ) throws -> EvaluationReport {
    try Evaluator(
      inference: Inference(model: model, fusing: fusing, precision: .fp32, device: .cpu),
      scoring: SplitScoring(task: .classification, width: model.classes, scale: nil),
      options: EvaluationConfiguration()
    ).report { body in for batch in batches { try body(batch) } }
  }

  private func accuracy(_ batches: [Batch], _ logits: (Batch) throws -> Tensor) rethrows -> Double {
    let right = try withoutGradient {
      try batches.map { batch in
        try logits(batch).argmax(1).equal(batch.labels).sum().array(of: Int.self)[0]
      }
    }
    return Double(right.reduce(0, +)) / Double(samples)
  }

  private func name(_ set: Set<Int>, _ model: MultimodalModel) -> String {
    set.isEmpty ? "none" : set.sorted().map { model.modalities[$0] }.joined(separator: "+")
  }

  private var sets: [Set<Int>] {
    (0..<8).map { set in Set((0..<3).filter { set & (1 << $0) != 0 }) }
  }

  /// Every set is a pass with the other raw inputs at zero, which is not zero features.
  @Test(arguments: [(FusionSection.concatenation, false), (.gated, false), (.sum, true)])
  func everySetIsAPassWithZeroInputs(fusion: FusionSection, isCoupled: Bool) throws {
    let model = try model(fusion, mmtm: isCoupled)
    let batches = batches(model)
    let report = try report(model, batches)
    let found = try #require(report.shapley)
    #expect(found.accuracies.count == 8)
    #expect(Set(found.accuracies.values).count >= 4, "the case shows little")
    for set in sets {
      let expected = accuracy(batches) {
        model.forward(model.masked($0.inputs, keeping: set), .evaluation).logits
      }
      #expect(found.accuracies[name(set, model)] == expected, "\(set)")
    }
    let values = ShapleyValue.of(sets.map { found.accuracies[name($0, model)] ?? -1 })
    for (modality, value) in zip(model.modalities, values) {
      #expect(found.values[modality] == value)
    }
    let spread = (values.max() ?? 0) - (values.min() ?? 0)
    #expect(found.imbalance == spread && spread > 0)
  }

  @Test func zeroOutKeepsTheFeaturesOfOneModality() throws {
    let model = try model(.concatenation)
    let batches = batches(model)
    let report = try report(model, batches)
    for (index, modality) in model.modalities.enumerated() {
      let found = try #require(report.modalities[modality])
      let zeroOut = accuracy(batches) {
        let features = model.features($0.inputs, .evaluation)
        return model.fusion.logits(
          features.indices.map { $0 == index ? features[$0] : features[$0].zerosLike() })
      }
      let slice = accuracy(batches) {
        let feature = model.features($0.inputs, .evaluation)[index]
        return model.fusion.slice(index, of: feature) ?? feature
      }
      #expect(found.zeroOut == zeroOut)
      #expect(found.slice == slice)
    }
  }

  /// Macro-F1 of slice and zero-out are theirs, not those of the fused logits.
  @Test func everyMeasureHasItsOwnF1() throws {
    let model = try model(.concatenation)
    let batches = batches(model)
    let report = try report(model, batches)
    func macroF1(_ logits: (Batch) -> Tensor) -> Double {
      let rows = withoutGradient { batches.flatMap { logits($0).argmax(1).array(of: Int.self) } }
      let labels = batches.flatMap { $0.labels.array(of: Int.self) }
      return ConfusionMatrix(labels: labels, predictions: rows, classes: 3).macroF1
    }
    for (index, modality) in model.modalities.enumerated() {
      let found = try #require(report.modalities[modality])
      let zeroOut = macroF1 {
        model.fusion.zeroOut(keeping: index, of: model.features($0.inputs, .evaluation))
      }
      let slice = macroF1 {
        let feature = model.features($0.inputs, .evaluation)[index]
        return model.fusion.slice(index, of: feature) ?? feature
      }
      #expect(found.zeroOutMacroF1 == zeroOut)
      #expect(found.sliceMacroF1 == slice)
      #expect(found.zeroOutMacroF1 != report.macroF1)
    }
  }

  // MARK: A method's own fusing

  /// MLA weighs each sample's logits W z + b by e^−H over the modalities.
  private func weighed(_ features: [Tensor], _ model: MultimodalModel) throws -> Tensor {
    let logits = try features.indices.map {
      try #require(model.fusion.ownLogits($0, of: features[$0]))
    }
    let entropies = logits.map { -($0.softmax(1) * $0.softmax(1).log()).sum(over: [1]) }
    let certainties = entropies.map { (-$0).exp() }
    let total = Tensor.sum(of: certainties)
    let parts = zip(logits, certainties).map { $0 * ($1 / total).unsqueezed(1) }
    return Tensor.sum(of: parts)
  }

  @Test func aMethodsOwnFusingServesEveryMeasure() throws {
    let model = try model(.shared)
    // Logits of this size differ in how certain they are.
    for parameter in model.fusion.parameters { parameter.assign(parameter.leaf.detached() * 4) }
    let batches = try batches(model) { try weighed(model.features($0, .evaluation), model) }
    let method = try MLA(
      MLA.Configuration(),
      for: MethodSetting(model: model, classes: 3, epochs: 1, device: .cpu, seed: 0))
    let report = try report(model, batches, method)
    let fused = try accuracy(batches) { try weighed(model.features($0.inputs, .evaluation), model) }
    #expect(report.accuracy == fused)
    let plain = try self.report(model, batches)
    #expect(report.loss != plain.loss, "the case shows nothing")
    for (index, modality) in model.modalities.enumerated() {
      let expected = try accuracy(batches) {
        let features = model.features($0.inputs, .evaluation)
        return try weighed(
          features.indices.map { $0 == index ? features[$0] : features[$0].zerosLike() }, model)
      }
      #expect(report.modalities[modality]?.zeroOut == expected, "\(modality)")
    }
    for set in sets {
      let expected = try accuracy(batches) {
        try weighed(
          model.features(model.masked($0.inputs, keeping: set), .evaluation), model)
      }
      #expect(report.shapley?.accuracies[name(set, model)] == expected, "\(set)")
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseTestSupport
import EquipoiseTorch
import Foundation
import Testing

/// Encoder, fusion, coupling, optimiser and schedule of a program's own, by nothing but what the library gives to
/// everybody.
@Suite struct OwnComponentsTests {
  // MARK: Components

  /// Linear layers with tanh over all numbers of a sample.
  private final class Projection: ModalityEncoder {
    struct Configuration: EncoderConfiguration, RangeChecking {
      static let name = "projection"
      static let summary = "linear layers over all numbers of a sample"
      var units = 6
      var layers = 2

      func makeEncoder(
        for input: EncoderInput, from generator: Generator
      ) throws -> any ModalityEncoder {
        Projection(input.shape.reduce(1, *), self, from: generator)
      }

      func check(at path: ConfigPath) throws {
        try path.check("units", units, .within(1...64))
        try path.check("layers", layers, .atLeast(1, to: 8))
      }
    }

    private let layers: [Linear]
    let featureWidth: Int
    let channelAxis = 1
    let summary: String

    init(_ numbers: Int, _ configuration: Configuration, from generator: Generator) {
      featureWidth = configuration.units
      summary = "projection to \(configuration.units)"
      layers = (0..<configuration.layers).map {
        Linear($0 == 0 ? numbers : configuration.units, configuration.units, from: generator)
      }
    }

    var blocks: [EncoderBlock] {
      layers.enumerated().map { index, layer in
        EncoderBlock("layers.\(index)", parts: [("layers.\(index)", layer)]) { x, _ in
          layer(x).tanh()
        }
      }
    }

    func validate(shape: [Int], of modality: String) throws {}
    func prepare(_ input: Tensor) -> Tensor { input.reshaped([input.size(0), -1]) }
    func pool(_ last: Tensor, samples: Int) -> Tensor { last }
  }

  /// The sum of linear layers, divided by a temperature.
  private final class Cooled: Fusion {
    struct Configuration: FusionConfiguration {
      static let name = "cooled"
      static let summary = "the sum of linear layers, divided by a temperature"
      var temperature = 2.0

      func makeFusion(
        of modalities: [(name: String, width: Int)], classes: Int, from generator: Generator
      ) throws -> any Fusion {
        Cooled(modalities.map(\.width), classes, temperature, from: generator)
      }
    }

    private let fc: [Linear]
    private let temperature: Double
    let featureWidths: [Int]
    let classes: Int
    let summary = "cooled"

    init(_ widths: [Int], _ classes: Int, _ temperature: Double, from generator: Generator) {
      (featureWidths, self.classes, self.temperature) = (widths, classes, temperature)
      fc = widths.map { Linear($0, classes, from: generator) }
    }

    func slice(_ modality: Int, of feature: Tensor) -> Tensor? {
      fc[modality](feature) / temperature
    }

    func logits(_ features: [Tensor]) -> Tensor {
      let parts = features.indices.map { fc[$0](features[$0]) / temperature }
      return Tensor.sum(of: parts)
    }
  }

  /// Each modality's last output, weighted by a gate that sees all.
  private final class Attention: Coupling {
    struct Configuration: CouplingConfiguration {
      static let name = "attention"
      static let summary = "gates after the last depth"
      var strength = 0.5

      func makeCouplings(
        between encoders: [CoupledEncoder], from stream: (_ depth: Int) -> Generator
      ) throws -> [(depth: Int, module: any Coupling)] {
        let depth = encoders[0].encoder.depth - 1
        let widths = encoders.map(\.encoder.featureWidth)
        return [(depth, Attention(widths, strength, from: stream(depth)))]
      }
    }

    private let gate: [Linear]
    private let strength: Double

    init(_ widths: [Int], _ strength: Double, from generator: Generator) {
      self.strength = strength
      gate = widths.map { Linear(widths.reduce(0, +), $0, from: generator) }
    }

    var multiplyAdds: Int { gate.reduce(0) { $0 + $1.weight.leaf.count } }
    func squeezed(_ outputs: [Tensor], samples: Int) -> [Tensor] { outputs }

    func gates(_ means: [Tensor]) -> [Tensor] {
      let all = Tensor.concatenated(means, dimension: 1)
      return gate.map { $0(all).sigmoid() }
    }

    func gated(_ outputs: [Tensor], by gates: [Tensor], samples: Int) -> [Tensor] {
      zip(outputs, gates).map { $0 * ($1 * strength + (1 - strength)) }
    }
  }

  /// Steps along a mean of the gradients so far.
  private final class Averaged: Optimizer {
    struct Configuration: OptimiserConfiguration {
      static let name = "averaged"
      static let summary = "steps along a mean of gradients"
      var memory = 0.5
      var numbersPerParameter: Int { 1 }

      func makeOptimizer(
        _ parameters: [NamedParameter], learningRate: Double
      ) -> any Optimizer { Averaged(parameters, learningRate, memory) }
    }

    let parameters: [NamedParameter]
    var learningRate: Double
    private let memory: Double
    private let means: [Parameter]

    init(
      _ parameters: [NamedParameter], _ learningRate: Double, _ memory: Double
    ) {
      (self.parameters, self.learningRate, self.memory) = (parameters, learningRate, memory)
      means = parameters.map { Parameter($0.parameter.leaf.detached().zerosLike()) }
    }

    var state: [NamedTensor] {
      zip(parameters, means).map { ("mean.\($0.name)", $1.leaf.detached()) }
    }

    func step(gradients: [Tensor?]) {
      for index in gradients.indices {
        guard let gradient = gradients[index]?.detached() else { continue }
        let mean = means[index].leaf.detached() * memory + gradient * (1 - memory)
        means[index].assign(mean)
        let parameter = parameters[index].parameter
        parameter.assign(parameter.leaf.detached() - mean * learningRate)
      }
    }
  }

  /// The full rate and a part of it in turn.
  private struct Zigzag: ScheduleConfiguration, RangeChecking {
    static let name = "zigzag"
    static let summary = "the full rate and a part of it in turn"
    var part = 0.5

    func rate(base: Double, epoch: Int, of epochs: Int) -> Double {
      epoch % 2 == 0 ? base : base * part
    }

    func check(at path: ConfigPath) throws { try path.check("part", part, .within(0...1)) }
  }

  // MARK: Runs

  private static let catalogue = Catalogue.standard
    .adding(encoder: Projection.Configuration.self).adding(fusion: Cooled.Configuration.self)
    .adding(coupling: Attention.Configuration.self)
    .adding(optimiser: Averaged.Configuration.self).adding(schedule: Zigzag.self)

  /// Every component by its name, and a setting of each.
  private static let settings = [
    "model.encoders.audio=projection", "model.encoders.visual.type=projection",
    "model.encoders.visual.units=5", "model.fusion=cooled", "model.fusion.temperature=1.5",
    "model.coupling=attention", "model.coupling.strength=0.25", "training.optimiser=averaged",
    "training.optimiser.learningRate=0.1", "training.optimiser.memory=0.75",
    "training.schedule=zigzag", "training.schedule.part=0.25",
  ]

  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(
      path: "equipoise-own-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try RecipeCatalogue.standard.prepare(
      "synthetic", input: nil, output: file("data"),
      sets: ["train=24", "validation=12", "test=12", "size=32"])
  }

  private func file(_ name: String) -> String { folder.appending(path: name).path }

  private func configuration(
    _ more: [String] = [], catalogue: Catalogue = Self.catalogue
  ) throws -> RunConfiguration {
    try Run.configuration(
      settings: [
        "data=\(file("data"))", "training.epochs=3", "training.batchSize=8", "runtime.threads=1",
      ] + Self.settings + more, catalogue: catalogue)
  }

  private func text(_ name: String) throws -> String {
    try String(contentsOfFile: file(name), encoding: .utf8)
  }

  @Test func trainAndAreSavedAndContinueToTheBit() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let configuration = try configuration()
    let whole = Run(configuration, in: file("whole"), catalogue: Self.catalogue)
    guard case .finished(let result) = try whole.train() else {
      Issue.record("the run did not finish")
      return
    }
    #expect(result.steps == 9)
    #expect(try whole.evaluate().accuracy == result.test?.accuracy)
    let saved = try text("whole/config.yaml")
    for section in [
      "      type: projection\n      initialWeights: null\n      units: 6\n      layers: 2\n",
      "      type: projection\n      initialWeights: null\n      units: 5\n      layers: 2\n",
      "    type: cooled\n    temperature: 1.5\n", "    type: attention\n    strength: 0.25\n",
      "    type: averaged\n    learningRate: 0.1\n    memory: 0.75\n",
      "    type: zigzag\n    warmupEpochs: 0\n    warmupSteps: 0\n    interval: null\n    part: 0.25\n",
    ] { #expect(saved.contains(section), "\(section)\(saved)") }
    #expect(try Run(in: file("whole"), catalogue: Self.catalogue).configuration == configuration)
    let rates = try text("whole/metrics.jsonl").matches(of: /"learningRate":([0-9.e-]+)/)
    #expect(rates.compactMap { Double($0.1) } == [0.1, 0.025, 0.1])
    try expectTheSame(as: "whole", afterStep: 2, configuration)
    try expectTheSame(as: "whole", afterStep: 4, configuration)
  }

  private func expectTheSame(
    as whole: String, afterStep step: Int, _ configuration: RunConfiguration
  ) throws {
    let name = "broken-\(step)"
    var short = configuration
    short.runtime.maxSteps = step
    guard
      case .reachedMaxSteps = try Run(short, in: file(name), catalogue: Self.catalogue).train()
    else {
      Issue.record("the run did not stop")
      return
    }
    try Run(configuration, in: file(name), catalogue: Self.catalogue).train()
    for weights in ["weights", "best"] {
      #expect(
        FileManager.default.contentsEqual(
          atPath: file("\(whole)/\(weights).safetensors"),
          andPath: file("\(name)/\(weights).safetensors")), "\(weights) after \(step)")
    }
  }

  /// Each of them, and each setting of it, has its effect: other weights.
  @Test func everySettingCounts() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let own = try weights("own", Self.settings)
    for set in [
      "model.fusion.temperature=3", "model.coupling.strength=1", "training.optimiser.memory=0",
      "training.schedule.part=1",
    ] { #expect(try weights(set, Self.settings + [set]) != own, "\(set)") }
    for set in [
      "model.encoders.audio={type: resnet18, width: 2}", "model.fusion=sum", "model.coupling=none",
      "training.optimiser=sgd", "training.schedule=constant",
    ] {
      // The keys of what is left out would not apply; and a coupling needs encoders alike.
      let section = String(set.prefix { $0 != "=" }) + "."
      let others = Self.settings.filter {
        !$0.hasPrefix(section) && !(set.contains("resnet18") && $0.contains("coupling"))
      }
      #expect(try weights(set, others + [set]) != own, "\(set)")
    }
  }

  private func weights(_ set: String, _ settings: [String]) throws -> Data {
    let name = String(set.prefix { $0 != "=" })
    let configuration = try Run.configuration(
      settings: [
        "data=\(file("data"))", "training.epochs=2", "training.batchSize=12", "runtime.threads=1",
        "evaluation.shapley=false",
      ] + settings, catalogue: Self.catalogue)
    try Run(configuration, in: file(name), catalogue: Self.catalogue).train()
    return try Data(contentsOf: folder.appending(path: name + "/weights.safetensors"))
  }

  @Test(arguments: [
    (
      "model.encoders.audio.units=0",
      "settings: model.encoders.audio.units is 0; expected a number from 1 to 64"
    ),
    (
      "training.schedule.part=2",
      "settings: training.schedule.part is 2.0; expected a number from 0.0 to 1.0"
    ),
    (
      "model.encoders.audio.width=2",
      "settings: 'model.encoders.audio.width' does not apply to the encoder 'projection'; 'projection' "
        + "has 'initialWeights', 'units', 'layers'"
    ),
    (
      "training.optimiser.betas=[0.5, 0.5]",
      "settings: 'training.optimiser.betas' does not apply to the optimiser 'averaged'; it belongs to "
        + "'adam', 'adamw'; 'averaged' has 'learningRate', 'memory'"
    ),
    (
      "model.coupling.strenght=1",
      "settings: unknown key 'model.coupling.strenght'; did you mean 'strength'?"
    ),
    ("model.fusion=coled", "settings: model.fusion is 'coled'; did you mean 'cooled'?"),
  ])
  func mistakesAreToldAsThoseOfTheLibrary(set: String, expected: String) {
    defer { try? FileManager.default.removeItem(at: folder) }
    #expect(message { _ = try configuration([set]) } == expected)
  }

  @Test(arguments: [
    ("model.encoders.audio=projection", "model.encoders.audio is 'projection'; "),
    ("model.fusion=cooled", "model.fusion is 'cooled'; "),
    ("model.coupling=attention", "model.coupling is 'attention'; "),
    ("training.optimiser=averaged", "training.optimiser is 'averaged'; "),
    ("training.schedule=zigzag", "training.schedule is 'zigzag'; "),
  ])
  func aCatalogueWithoutThemRefuses(set: String, expected: String) throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let text = message {
      _ = try Run.configuration(settings: ["data=d", set], catalogue: .standard)
    }
    #expect(text?.hasPrefix("settings: " + expected) == true, "\(text ?? "accepted")")
  }

  @Test func aSavedRunNeedsTheCatalogue() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let configuration = try configuration(["training.epochs=1"])
    try Run(configuration, in: file("run"), catalogue: Self.catalogue).train()
    let text = message { _ = try Run(in: file("run")) }
    #expect(
      text?.contains("model.encoders.audio.type is 'projection'; choose from") == true,
      "\(text ?? "accepted")")
  }

  private struct Second: ScheduleConfiguration {
    static let name = "step"
    static let summary = ""
    func rate(base: Double, epoch: Int, of epochs: Int) -> Double { base }
  }

  private struct Spaced: ScheduleConfiguration {
    static let name = "two words"
    static let summary = ""
    func rate(base: Double, epoch: Int, of epochs: Int) -> Double { base }
  }

  @Test func aNameThatIsTakenOrCannotBeTypedStopsTheProgram() async {
    await #expect(processExitsWith: .failure) {
      _ = Catalogue.standard.adding(schedule: Second.self)
    }
    await #expect(processExitsWith: .failure) {
      _ = Catalogue.standard.adding(schedule: Spaced.self)
    }
  }
}

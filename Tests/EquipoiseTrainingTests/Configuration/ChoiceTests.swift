// SPDX-License-Identifier: Apache-2.0
import EquipoiseMethods
import EquipoiseTestSupport
import Testing

@testable import EquipoiseModels
@testable import EquipoiseSettings
@testable import EquipoiseTraining

/// Sections whose keys depend on one of their values.
struct ChoiceTests {
  private func resolve(
    _ sets: [String], file yaml: String = ""
  ) throws -> ResolvedConfig<RunConfiguration> {
    let file = try YAMLReader(source: "run.yaml").assignments(in: yaml)
    return try RunConfiguration.resolve(
      file + sets.flatMap(ConfigAssignment.parse(set:)), table: RunCatalogue.standard.table(),
      needsData: false)
  }

  // MARK: Keys of another choice

  @Test(arguments: [
    (
      ["training.optimiser=adam", "training.optimiser.momentum=0.5"],
      "'training.optimiser.momentum' does not apply to the optimiser 'adam'; it belongs to 'sgd'; "
        + "'adam' has 'learningRate', 'weightDecay', 'betas', 'epsilon'"
    ),
    (
      ["training.optimiser.betas=[0.5, 0.9]"],
      "'training.optimiser.betas' does not apply to the optimiser 'sgd'; it belongs to 'adam', "
        + "'adamw'; 'sgd' has 'learningRate', 'momentum', 'weightDecay'"
    ),
    (
      ["training.schedule.type=cosine", "training.schedule.gamma=0.5"],
      "'training.schedule.gamma' does not apply to the schedule 'cosine'; it belongs to 'step'; "
        + "'cosine' has 'warmupEpochs', 'warmupSteps', 'interval', 'minimumLearningRate'"
    ),
    (
      ["training.schedule.stepSize=3", "training.schedule.type=constant"],
      "'training.schedule.stepSize' does not apply to the schedule 'constant'; it belongs to 'step'; "
        + "'constant' has 'warmupEpochs', 'warmupSteps', 'interval'"
    ),
    (
      ["model.encoders.audio={type: resnet18, heads: 4}"],
      "'model.encoders.audio.heads' does not apply to the encoder 'resnet18'; it belongs to 'auto', "
        + "'transformer'; 'resnet18' has 'initialWeights', 'width', 'smallImageStem'"
    ),
    (
      ["model.fusion=sum", "model.fusion.scale=8"],
      "'model.fusion.scale' does not apply to the fusion 'sum'; it belongs to 'cosine'; 'sum' has no "
        + "settings"
    ),
    (
      ["method.name=late-fusion", "method.prototypes.start=classMeans"],
      "'method.prototypes' does not apply to the method 'late-fusion'; it belongs to 'aim'; "
        + "'late-fusion' has 'average'"
    ),
  ])
  func aKeyOfAnotherChoiceIsRefused(sets: [String], expected: String) {
    #expect(message { _ = try resolve(sets) } == "settings: " + expected)
  }

  @Test func itsLineIsNamed() {
    let yaml = """
      training:
        optimiser:
          type: adamw
          momentum: 0.5
      """
    #expect(
      message { _ = try resolve([], file: yaml) }
        == "run.yaml:4: 'training.optimiser.momentum' does not apply to the optimiser 'adamw'; it "
        + "belongs to 'sgd'; 'adamw' has 'learningRate', 'weightDecay', 'betas', 'epsilon'")
    // The file's keys stand, whatever is chosen over them.
    let betas = "training: {optimiser: {type: adam, betas: [0.5, 0.9]}}"
    #expect(
      message { _ = try resolve(["training.optimiser=sgd"], file: betas) }?.hasPrefix(
        "run.yaml:1: 'training.optimiser.betas' does not apply to the optimiser 'sgd'") == true)
  }

  /// Every key under every choice of its family that lacks it.
  @Test func everyKeyOfAnotherChoiceIsRefused() throws {
    try expectRefusals(of: EncoderFamily.self, below: "model.encoders.m", atLeast: 10)
    try expectRefusals(of: FusionFamily.self, below: "model.fusion", atLeast: 5)
    try expectRefusals(of: OptimiserFamily.self, below: "training.optimiser", atLeast: 4)
    try expectRefusals(of: ScheduleFamily.self, below: "training.schedule", atLeast: 6)
    try expectRefusals(of: MethodFamily.self, below: "method", atLeast: 100)
  }

  private func expectRefusals<Family: SectionFamily>(
    of family: Family.Type, below section: String, atLeast least: Int
  ) throws {
    let choices = try RunCatalogue.standard.table()[family]
    var refused = 0
    for choice in choices {
      for key in Set(choices.flatMap(\.defaults.keys)).subtracting(choice.defaults.keys) {
        let sets = ["\(section).\(family.selector)=\(choice.name)", "\(section).\(key)=1"]
        let text = message { _ = try resolve(sets) } ?? "accepted"
        let beginning =
          "settings: '\(section).\(key)' does not apply to the \(family.title) '\(choice.name)'; "
        #expect(text.hasPrefix(beginning))
        let owners = choices.filter { $0.defaults.keys.contains(key) }
        #expect(owners.count > 4 || owners.allSatisfy { text.contains("'\($0.name)'") }, "\(text)")
        refused += 1
      }
    }
    #expect(refused >= least)
  }

  // MARK: Bare names

  @Test(arguments: [
    ("training.optimiser", "type", "adamw"), ("training.schedule", "type", "cosine"),
    ("model.encoders.audio", "type", "mlp"), ("model.fusion", "type", "gated"),
    ("model.coupling", "type", "mmtm"), ("method", "name", "aim"),
  ])
  func aBareNameChooses(section: String, selector: String, name: String) throws {
    let full = try resolve(["\(section).\(selector)=\(name)"])
    let bare = try resolve(["\(section)=\(name)"])
    #expect(bare.configuration == full.configuration)
    #expect(try bare.yaml(withOrigins: true) == full.yaml(withOrigins: true))
    #expect(full.configuration != RunConfiguration())
  }

  @Test func whoSaidTheBareNameIsListed() throws {
    let yaml = """
      training:
        optimiser: adam
        schedule: cosine
      model:
        encoders: {audio: mlp}
      """
    let resolved = try resolve(
      ["model.fusion=cosine", "training.optimiser.epsilon=1e-6"], file: yaml)
    let lines = try resolved.yaml(withOrigins: true).split(separator: "\n")
      .map { $0.split(separator: /\ +#\ /).map { $0.trimmingPrefix(/\ +/) } }
    func origins(of section: String, count: Int) throws -> [String] {
      let index = try #require(lines.firstIndex { $0.first == section + ":" })
      return lines[(index + 1)...].prefix(count).map { $0.joined(separator: " by ") }
    }
    #expect(
      try origins(of: "optimiser", count: 5) == [
        "type: adam by run.yaml:2", "learningRate: 0.001 by default",
        "weightDecay: 0.0001 by default",
        "betas: [0.9, 0.999] by default", "epsilon: 1.0e-06 by settings",
      ])
    #expect(
      try origins(of: "schedule", count: 5) == [
        "type: cosine by run.yaml:3", "warmupEpochs: 0 by default", "warmupSteps: 0 by default",
        "interval: null by default",
        "minimumLearningRate: 0.0 by default",
      ])
    #expect(
      try origins(of: "audio", count: 5) == [
        "type: mlp by run.yaml:5", "initialWeights: null by default", "width: 128 by default",
        "depth: 3 by default", "dropout: 0.0 by default",
      ])
    #expect(
      try origins(of: "fusion", count: 2) == ["type: cosine by settings", "scale: 15.0 by default"])
  }

  @Test(arguments: [
    (["training.optimiser=adam", "training.optimiser.type=adamw"], "adamw"),
    (["training.optimiser.type=adamw", "training.optimiser=adam"], "adam"),
    (["training.optimiser=adamw", "training.optimiser=adam"], "adam"),
    (["training.optimiser.type=sgd", "training.optimiser={type: adam}"], "adam"),
    (["training.optimiser=adam", "training.optimiser="], "adam"),
    (["training.optimiser=adam", "training.optimiser={epsilon: 1e-6}"], "adam"),
  ])
  func theLaterChoiceHolds(sets: [String], expected: String) throws {
    #expect(try resolve(sets).configuration.training.optimiser.name == expected)
    // A file's come first.
    for line in ["optimiser: sgd", "optimiser: {type: sgd}"] {
      let found = try resolve(sets, file: "training: {\(line)}").configuration
      #expect(found.training.optimiser.name == expected)
    }
  }

  @Test func aChoiceWithoutItsOwnValuesHasItsDefaults() throws {
    let found = try resolve(["training.optimiser=adam"]).configuration.training.optimiser
    #expect(found == OptimiserSection(AdamConfiguration()))
    // The common keys belong to all.
    let rate = try resolve(["training.optimiser.learningRate=0.5", "training.optimiser=adam"])
    #expect(
      rate.configuration.training.optimiser
        == OptimiserSection(AdamConfiguration(), learningRate: 0.5))
  }

  @Test(arguments: [
    ("training.optimiser=adm", "training.optimiser is 'adm'; did you mean 'adam'?"),
    (
      "training.optimiser.type=lion",
      "training.optimiser.type is 'lion'; choose from 'adam', 'adamw', 'sgd'"
    ),
    (
      "training.schedule=3",
      "training.schedule is 3; expected step or cosine or constant or restarts or polynomial or "
        + "one-cycle or plateau"
    ),
    (
      "model.encoders.audio=resnet",
      "model.encoders.audio is 'resnet'; did you mean 'resnet18' or 'resnet34'?"
    ),
    (
      "model.fusion=true",
      "model.fusion is true; expected concat or sum or film or gated or cosine or shared or boosted"
    ),
    ("model.coupling=[mmtm]", "model.coupling is a list; expected a section"),
  ])
  func whatIsNoChoiceIsRefused(set: String, expected: String) {
    #expect(message { _ = try resolve([set]) } == "settings: " + expected)
  }

  // MARK: Former keys

  @Test(arguments: [
    ("model: {mmtm: true}", "model.mmtm", "model.coupling.type"),
    ("model: {cosineScale: 8}", "model.cosineScale", "model.fusion.scale"),
    ("runtime: {workers: 2}", "runtime.workers", "runtime.loaders"),
    ("method: {name: opm, warmUpEpochs: 2}", "method.warmUpEpochs", "warmupEpochs"),
    ("method: {name: opm-ogm, opm: {warmUpEpochs: 2}}", "method.opm.warmUpEpochs", "warmupEpochs"),
    ("method: {name: mla, normalize: true}", "method.normalize", "normalised"),
  ])
  func aFormerKeyIsRefusedWithTodays(yaml: String, key: String, today: String) {
    #expect(
      message { _ = try resolve([], file: yaml) }
        == "run.yaml:1: unknown key '\(key)'; did you mean '\(today)'?")
  }

  // MARK: Keys of a search

  /// A key may belong to what another option or value of the search chooses.
  @Test(arguments: [
    "training.optimiser.betas", "training.schedule.minimumLearningRate", "model.fusion.scale",
    "model.encoders.audio.heads", "training.optimiser", "training.optimiser.type",
  ])
  func aKeyOfAnyChoiceIsKnown(key: String) throws {
    try RunConfiguration.checkKey(
      key, method: "joint", table: RunCatalogue.standard.table(), at: "--grid")
  }

  @Test func aKeyOfNoChoiceIsNot() throws {
    let table = try RunCatalogue.standard.table()
    #expect(
      message {
        try RunConfiguration.checkKey(
          "training.optimiser.beta", method: "joint", table: table, at: "--grid")
      }?.hasPrefix("--grid: unknown key 'training.optimiser.beta'; ") == true)
  }
}

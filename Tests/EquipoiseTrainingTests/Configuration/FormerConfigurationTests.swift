// SPDX-License-Identifier: Apache-2.0
import EquipoiseMetrics
import EquipoiseKit
import EquipoiseRunTestSupport
import EquipoiseTestSupport
import Testing

@testable import EquipoiseMethods
@testable import EquipoiseModels
@testable import EquipoiseSettings
@testable import EquipoiseTraining

/// The config.yaml of runs from before sections had the keys of their type alone: every key of every type is in
/// it, and some have other names.
struct FormerConfigurationTests {
  /// A whole file; what is not given has its former default.
  private struct Former {
    var encoder = """
      type: auto
      width: null
      smallImageStem: false
      depth: null
      heads: null
      hidden: null
      dropout: 0.0
      initialWeights: null
      """
    var model = "fusion: concat\ncosineScale: null\nmmtm: false"
    var method = "name: joint"
    var optimiser = """
      type: sgd
      learningRate: 0.001
      momentum: 0.9
      weightDecay: 0.0001
      betas: [0.9, 0.999]
      epsilon: 1.0e-08
      """
    var schedule = """
      type: step
      stepSize: 70
      gamma: 0.1
      warmupEpochs: 0
      minimumLearningRate: 0.0
      """

    var text: String {
      """
      data: data
      modalities: null
      model:
        encoders:
          audio:
      \(indented(encoder, by: 6))
      \(indented(model, by: 2))
        initialWeights: null
      method:
      \(indented(method, by: 2))
      training:
        epochs: 30
        batchSize: 64
        dropLast: false
        optimiser:
      \(indented(optimiser, by: 4))
        schedule:
      \(indented(schedule, by: 4))
        gradientClip: null
        precision: fp32
        channelsLast: false
      augmentation: {}
      evaluation:
        validationFraction: 0.1
        selectBy: accuracy
        probe: false
        utilisation: false
        shapley: true
        test: true
        batchSize: null
      runtime:
        device: auto
        threads: null
        seed: 0
        deterministic: true
        workers: 2
        prefetch: 3
        checkpointEverySteps: null
        keepCheckpoints: 2
        maxSteps: null
      """
    }

    private func indented(_ lines: String, by count: Int) -> String {
      lines.split(separator: "\n").map { String(repeating: " ", count: count) + $0 }
        .joined(separator: "\n")
    }
  }

  /// What all of them say.
  private func expected(_ change: (inout RunConfiguration) -> Void) -> RunConfiguration {
    var configuration = RunConfiguration()
    configuration.data = "data"
    configuration.model.encoders["audio"] = .auto()
    configuration.runtime.loaders = 2
    // Written out where today nil stands for the task's own.
    configuration.evaluation.selectBy = .accuracy
    change(&configuration)
    return configuration
  }

  /// Reads the file as a run's, and what is read once more as it would be saved today.
  private func expect(
    _ former: Former, _ change: (inout RunConfiguration) -> Void,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let folder = try TemporaryFolder()
    _ = try folder.write(former.text, to: "config.yaml")
    let read = try RunConfiguration.saved(in: RunFolder(folder.path), catalogue: .standard)
    #expect(
      try read.differences(from: expected(change)) == [], sourceLocation: sourceLocation)
    #expect(read == expected(change), sourceLocation: sourceLocation)
    _ = try folder.write(try read.yaml(), to: "config.yaml")
    let again = try RunConfiguration.saved(in: RunFolder(folder.path), catalogue: .standard)
    #expect(again == read, sourceLocation: sourceLocation)
  }

  @Test func defaults() throws { try expect(Former()) { _ in } }

  /// What did not apply was ignored, whatever it was.
  @Test func optimisers() throws {
    func former(_ type: String) -> Former {
      var former = Former()
      former.optimiser = """
        type: \(type)
        learningRate: 0.02
        momentum: 0.5
        weightDecay: 0.25
        betas: [0.5, 0.75]
        epsilon: 1.0e-06
        """
      return former
    }
    try expect(former("sgd")) {
      $0.training.optimiser = .sgd(learningRate: 0.02, momentum: 0.5, weightDecay: 0.25)
    }
    try expect(former("adam")) {
      var settings = AdamConfiguration()
      (settings.weightDecay, settings.betas, settings.epsilon) = (0.25, [0.5, 0.75], 1e-6)
      $0.training.optimiser = OptimiserSection(settings, learningRate: 0.02)
    }
    try expect(former("adamw")) {
      var settings = AdamWConfiguration()
      (settings.weightDecay, settings.betas, settings.epsilon) = (0.25, [0.5, 0.75], 1e-6)
      $0.training.optimiser = OptimiserSection(settings, learningRate: 0.02)
    }
  }

  @Test func schedules() throws {
    func former(_ type: String) -> Former {
      var former = Former()
      former.schedule = """
        type: \(type)
        stepSize: 3
        gamma: 0.5
        warmupEpochs: 4
        minimumLearningRate: 0.125
        """
      return former
    }
    try expect(former("step")) {
      var settings = StepSchedule()
      (settings.stepSize, settings.gamma) = (3, 0.5)
      $0.training.schedule = ScheduleSection(settings, warmupEpochs: 4)
    }
    try expect(former("cosine")) {
      var settings = CosineSchedule()
      settings.minimumLearningRate = 0.125
      $0.training.schedule = ScheduleSection(settings, warmupEpochs: 4)
    }
    try expect(former("constant")) {
      $0.training.schedule = ScheduleSection(ConstantSchedule(), warmupEpochs: 4)
    }
  }

  /// Null stood for the type's own value.
  @Test(arguments: [
    (
      ["type": "auto", "width": "3", "smallImageStem": "true"],
      EncoderSection.auto(width: 3, smallImageStem: true)
    ),
    (
      ["type": "auto", "depth": "2", "heads": "2", "hidden": "6", "dropout": "0.5"],
      .auto(depth: 2, heads: 2, hidden: 6, dropout: 0.5)
    ),
    (["type": "resnet18"], .resnet18()),
    (
      ["type": "resnet18", "width": "3", "smallImageStem": "true"],
      .resnet18(width: 3, smallImageStem: true)
    ),
    (["type": "resnet34", "width": "3"], .resnet34(width: 3)),
    (["type": "transformer"], .transformer()),
    (
      [
        "type": "transformer", "width": "8", "depth": "2", "heads": "2", "hidden": "6",
        "dropout": "0.5",
      ], .transformer(width: 8, depth: 2, heads: 2, hidden: 6, dropout: 0.5)
    ),
    (["type": "mlp"], .mlp()),
    (
      ["type": "mlp", "width": "8", "depth": "2", "dropout": "0.5"],
      .mlp(width: 8, depth: 2, dropout: 0.5)
    ),
    (["type": "conv1d"], .conv1d()),
    (
      ["type": "conv1d", "width": "8", "depth": "2", "dropout": "0.5"],
      .conv1d(width: 8, depth: 2, dropout: 0.5)
    ),
  ])
  func encoders(given: [String: String], section: EncoderSection) throws {
    for weights in ["null", "w.safetensors"] {
      var former = Former()
      former.encoder = former.encoder.split(separator: "\n").map { line in
        let key = String(line.prefix { $0 != ":" })
        let own = key == "initialWeights" ? weights : given[key]
        return own.map { "\(key): \($0)" } ?? String(line)
      }.joined(separator: "\n")
      try expect(former) {
        $0.model.encoders["audio"] = section
        $0.model.encoders["audio"]?.initialWeights = weights == "null" ? nil : weights
      }
    }
  }

  @Test(arguments: FusionSection.all) func fusions(fusion: FusionSection) throws {
    for isCoupled in [false, true] {
      var former = Former()
      former.model = "fusion: \(fusion.name)\ncosineScale: null\nmmtm: \(isCoupled)"
      try expect(former) {
        $0.model.fusion = fusion
        $0.model.coupling = isCoupled ? .mmtm : .uncoupled
      }
    }
  }

  @Test func scaleOfCosines() throws {
    var former = Former()
    former.model = "fusion: cosine\ncosineScale: 8.0\nmmtm: false"
    try expect(former) { $0.model.fusion = .cosine(scale: 8) }
  }

  @Test func renamedSettingsOfMethods() throws {
    var opm = OPM.Configuration()
    (opm.baseRate, opm.warmupEpochs) = (0.25, 2)
    let lines = [
      "baseRate: 0.25", "lambda: 0.5", "probability: 0.7", "warmUpEpochs: 2",
      "previousBatch: false",
    ]
    var former = Former()
    former.method = (["name: opm"] + lines).joined(separator: "\n")
    try expect(former) { $0.method = MethodSection(OPM.self, opm) }
    former.method =
      (["name: opm-ogm", "opm:"] + lines.map { "  " + $0 } + [
        "ogm:", "  alpha: 0.8", "  noise: true", "  window:", "    first: 6", "    last: 60",
        "  convolutionsOnly: false", "  conferenceCoefficients: false",
      ]).joined(separator: "\n")
    try expect(former) {
      var both = OPMOGM.Configuration()
      both.opm = opm
      $0.method = MethodSection(OPMOGM.self, both)
    }
    former.method = """
      name: mla
      projection: previous
      resetEachEpoch: true
      normalize: true
      inferenceWeights: []
      """
    try expect(former) {
      var mla = MLA.Configuration()
      mla.normalised = true
      $0.method = MethodSection(MLA.self, mla)
    }
  }

  /// Only what a run has saved: a file of the user's own is told today's key.
  /// Such as best.yaml of a search, given with `--config`.
  @Test func aWholeFileIsReadWhereverItLies() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write(Former().text, to: "best.yaml")
    let read = try RunConfiguration.resolve(file: file, catalogue: .standard).configuration
    #expect(read.model.coupling.name == "none" && read.runtime.loaders == 2)
  }

  @Test func aUsersFileIsNotTranslated() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("data: d\nmodel: {mmtm: true}\n", to: "run.yaml")
    let text = message { _ = try RunConfiguration.resolve(file: file, catalogue: .standard) }
    #expect(
      text == "\(file):2: unknown key 'model.mmtm'; did you mean 'model.coupling.type'?")
  }
}

// SPDX-License-Identifier: Apache-2.0
import EquipoiseMetrics
import EquipoiseTestSupport
import Foundation
import Testing

@testable import EquipoiseData
@testable import EquipoiseMethods
@testable import EquipoiseModels
@testable import EquipoiseSettings
@testable import EquipoiseTraining

struct RunConfigurationTests {
  private func resolve(
    _ yaml: String = "", flags: [ConfigAssignment] = [], sets: [String] = []
  ) throws -> ResolvedConfig<RunConfiguration> {
    let folder = try TemporaryFolder()
    let file = try folder.write(yaml, to: "run.yaml")
    return try RunConfiguration.resolve(
      file: file, flags: flags, sets: sets, table: exampleTable())
  }

  @Test func splitsToDealGoWithFolds() throws {
    for folds in ["evaluation.folds=3", "evaluation.leaveGroupOut=true"] {
      let resolved = try resolve("data: d", sets: ["evaluation.foldsOf=[test]", folds])
      #expect(resolved.configuration.evaluation.foldsOf == ["test"])
    }
  }

  @Test func printsEveryValueWithItsDefault() throws {
    let expected = """
      data: digits
      modalities: null
      model:
        encoders: {}
        fusion:
          type: concat
        coupling:
          type: none
        missing: zero
        initialWeights: null
      method:
        name: joint
      training:
        epochs: 30
        batchSize: 64
        dropLast: false
        sampling: shuffled
        bucketing: 0
        loss:
          type: auto
        optimiser:
          type: sgd
          learningRate: 0.001
          momentum: 0.9
          weightDecay: 0.0001
        schedule:
          type: step
          warmupEpochs: 0
          warmupSteps: 0
          interval: null
          stepSize: 70
          gamma: 0.1
        parts: {}
        decaysNormsAndBiases: true
        earlyStopping:
          patience: null
          minimumChange: 0.0
          score: null
        maximumSeconds: null
        averaging:
          type: none
          decay: 0.999
          startEpoch: null
        microBatchSize: null
        gradientClip: null
        precision: fp32
        batchStatistics: all
        channelsLast: false
      augmentation: {}
      evaluation:
        validationFraction: 0.1
        folds: null
        leaveGroupOut: false
        fold: 0
        foldsOf: null
        selectBy: null
        probe: false
        utilisation: false
        shapley: true
        robustness: false
        test: true
        batchSize: null
      runtime:
        device: auto
        threads: null
        seed: 0
        deterministic: true
        loaders: 1
        prefetch: 3
        checkpointEverySteps: null
        keepCheckpoints: 2
        maxSteps: null

      """
    #expect(try resolve("data: digits").yaml(withOrigins: false) == expected)
  }

  @Test func listsWhoSetEachValue() throws {
    let folder = try TemporaryFolder()
    let yaml = "\ntraining: {epochs: 5, batchSize: 8}\nevaluation:\n"
    let file = try folder.write(yaml, to: "run.yaml")
    let listing = try RunConfiguration.resolve(
      file: file,
      flags: [
        .flag("--data", "data", .string("12")), .flag("--seed", "runtime.seed", .integer(3)),
      ],
      sets: ["training.batchSize=16", "model.encoders.audio.dropout=0.5"], table: exampleTable()
    ).yaml(withOrigins: true)
    let lines = listing.split(separator: "\n")
    for (value, origin) in [
      ("data: \"12\"", "--data"), ("epochs: 5", "\(file):2"), ("batchSize: 16", "settings"),
      ("seed: 3", "--seed"), ("dropout: 0.5", "settings"), ("heads: null", "default"),
      ("momentum: 0.9", "default"), ("probe: false", "default"),
    ] {
      let match = lines.first { $0.contains(value + " ") }
      #expect(match?.hasSuffix("  # \(origin)") == true, "\(value): \(match ?? "absent")")
    }
  }

  /// A configuration with something unusual in every section.
  private static func unusual() -> RunConfiguration {
    var configuration = RunConfiguration()
    configuration.data = "true"
    configuration.modalities = ["audio", "null", "a: b\n", "2"]
    var encoder = EncoderSection.conv1d(width: 5)
    encoder.initialWeights = "C:\\w \"x\".safetensors"
    configuration.model.encoders = NamedSections(["2": encoder, "a: b\n": EncoderSection()])
    configuration.model.fusion = .film
    var settings = ExampleMethodSettings()
    (settings.alpha, settings.window) = (1.0 / 3, [])
    configuration.method = MethodSection(name: "ogm", settings: settings)
    var adam = AdamConfiguration()
    adam.betas = [0, 0.1 + 0.2]
    configuration.training.optimiser = OptimiserSection(adam, learningRate: .leastNonzeroMagnitude)
    configuration.training.schedule = ScheduleSection(CosineSchedule(), warmupEpochs: 3)
    configuration.training.gradientClip = 1e30
    configuration.training.parts["encoders.*"] = PartConfiguration()
    configuration.augmentation["audio"] = AugmentationConfiguration()
    configuration.evaluation.selectBy = .macroF1
    configuration.runtime.seed = .max
    configuration.runtime.maxSteps = 0
    return configuration
  }

  @Test func readingTheSavedConfigurationGivesTheSameValue() throws {
    let configuration = Self.unusual()
    let saved = ResolvedConfig(configuration: configuration, origins: [:])
    for withOrigins in [false, true] {
      let read = try resolve(saved.yaml(withOrigins: withOrigins))
      #expect(read.configuration == configuration)
      #expect(try read.yaml(withOrigins: false) == saved.yaml(withOrigins: false))
    }
  }

  @Test(arguments: [
    ("training.epochs=0", "training.epochs is 0; expected at least 1"),
    ("training.batchSize=0", "training.batchSize is 0; expected at least 1"),
    ("training.gradientClip=0", "training.gradientClip is 0.0; expected a number above 0.0"),
    (
      "training.optimiser.learningRate=0",
      "training.optimiser.learningRate is 0.0; expected a number above 0.0"
    ),
    (
      "training.optimiser.momentum=1",
      "training.optimiser.momentum is 1.0; expected at least 0.0 and below 1.0"
    ),
    (
      "training.optimiser.weightDecay=-1",
      "training.optimiser.weightDecay is -1.0; expected at least 0.0"
    ),
    (
      "training.optimiser=adam; training.optimiser.betas=[0.9]",
      "training.optimiser.betas is a list; expected two numbers at least 0 and below 1"
    ),
    (
      "training.optimiser=adamw; training.optimiser.epsilon=0",
      "training.optimiser.epsilon is 0.0; expected a number above 0.0"
    ),
    ("training.schedule.stepSize=0", "training.schedule.stepSize is 0; expected at least 1"),
    ("training.schedule.gamma=0", "training.schedule.gamma is 0.0; expected a number above 0.0"),
    (
      "training.schedule.warmupEpochs=-1",
      "training.schedule.warmupEpochs is -1; expected at least 0"
    ),
    (
      "training.schedule.warmupEpochs=1; training.schedule.warmupSteps=1",
      "training.schedule.warmupSteps is 1; expected 0, as warmupEpochs is 1"
    ),
    (
      "training.schedule=one-cycle; training.schedule.warmupSteps=1",
      "training.schedule.warmupSteps is 1; expected 0 with one-cycle, whose rise is its warm-up"
    ),
    (
      "training.schedule=one-cycle; training.schedule.threePhases=true; training.schedule.rise=0.6",
      "training.schedule.rise is 0.6; expected at most 0.5 with threePhases"
    ),
    (
      "training.schedule=restarts; training.schedule.period=0",
      "training.schedule.period is 0; expected at least 1"
    ),
    (
      "training.schedule=polynomial; training.schedule.power=0",
      "training.schedule.power is 0.0; expected a number above 0.0"
    ),
    (
      "training.schedule=plateau; training.schedule.factor=1",
      "training.schedule.factor is 1.0; expected a number between 0.0 and 1.0, both excluded"
    ),
    (
      "training.earlyStopping.patience=0",
      "training.earlyStopping.patience is 0; expected at least 1"
    ),
    (
      "training.earlyStopping.score=loss",
      "training.earlyStopping.score is 'loss'; expected null without a patience"
    ),
    (
      "training.parts={head: {unfreezeAtEpoch: 2}}",
      "training.parts.head.unfreezeAtEpoch is 2; expected null unless frozen"
    ),
    (
      "training.parts={\"encoders.a\": {layerDecay: 0}}",
      "training.parts.encoders.a.layerDecay is 0.0; expected a number above 0.0"
    ),
    (
      "training.averaging.startEpoch=1",
      "training.averaging.startEpoch is 1; expected null without an average"
    ),
    (
      "training.averaging={type: ema, decay: 1}",
      "training.averaging.decay is 1.0; expected a number between 0.0 and 1.0, both excluded"
    ),
    ("training.microBatchSize=1", "training.microBatchSize is 1; expected at least 2"),
    ("training.maximumSeconds=0", "training.maximumSeconds is 0.0; expected a number above 0.0"),
    (
      "training.schedule=cosine; training.schedule.minimumLearningRate=-1",
      "training.schedule.minimumLearningRate is -1.0; expected at least 0.0"
    ),
    ("model.encoders.a.width=0", "model.encoders.a.width is 0; expected at least 1"),
    ("model.encoders.a.depth=0", "model.encoders.a.depth is 0; expected at least 1"),
    ("model.encoders.a.heads=0", "model.encoders.a.heads is 0; expected at least 1"),
    ("model.encoders.a.hidden=0", "model.encoders.a.hidden is 0; expected at least 1"),
    (
      "model.encoders.a.dropout=1",
      "model.encoders.a.dropout is 1.0; expected at least 0.0 and below 1.0"
    ),
    (
      "model.encoders.a=resnet34; model.encoders.a.width=0",
      "model.encoders.a.width is 0; expected at least 1"
    ),
    (
      "model.encoders.a=mlp; model.encoders.a.depth=0",
      "model.encoders.a.depth is 0; expected at least 1"
    ),
    (
      "model.encoders.a=conv1d; model.encoders.a.dropout=-1",
      "model.encoders.a.dropout is -1.0; expected at least 0.0 and below 1.0"
    ),
    (
      "model.encoders.a=transformer; model.encoders.a.heads=0",
      "model.encoders.a.heads is 0; expected at least 1"
    ),
    (
      "model.fusion=cosine; model.fusion.scale=0",
      "model.fusion.scale is 0.0; expected a number above 0.0"
    ),
    ("augmentation.a.crop=-1", "augmentation.a.crop is -1; expected at least 0"),
    ("augmentation.a.timeShift=-1", "augmentation.a.timeShift is -1; expected at least 0"),
    ("augmentation.a.timeMask=-1", "augmentation.a.timeMask is -1; expected at least 0"),
    ("augmentation.a.frequencyMask=-1", "augmentation.a.frequencyMask is -1; expected at least 0"),
    (
      "augmentation.a.randomResizedCrop.probability=2",
      "augmentation.a.randomResizedCrop.probability is 2.0; expected a number from 0.0 to 1.0"
    ),
    (
      "augmentation.a.randomResizedCrop.scale=[0.5]",
      "augmentation.a.randomResizedCrop.scale is a list; expected two numbers above 0 and at most 1, the smaller one first"
    ),
    (
      "augmentation.a.randomResizedCrop.ratio=[2.0, 1.0]",
      "augmentation.a.randomResizedCrop.ratio is a list; expected two numbers above 0, the smaller one first"
    ),
    (
      "augmentation.a.randAugment.operations=-1",
      "augmentation.a.randAugment.operations is -1; expected a number from 0 to 14"
    ),
    (
      "augmentation.a.randAugment.magnitude=31",
      "augmentation.a.randAugment.magnitude is 31; expected a number from 0 to 30"
    ),
    (
      "augmentation.a.colorJitter.hue=0.6",
      "augmentation.a.colorJitter.hue is 0.6; expected a number from 0.0 to 0.5"
    ),
    (
      "augmentation.a.colorJitter.contrast=-1",
      "augmentation.a.colorJitter.contrast is -1.0; expected at least 0.0"
    ),
    (
      "augmentation.a.timeWarp.maximumSpeedRatio=1",
      "augmentation.a.timeWarp.maximumSpeedRatio is 1.0; expected a number above 1.0"
    ),
    (
      "augmentation.a.timeMasks=0", "augmentation.a.timeMasks is 0; expected a number from 1 to 100"
    ),
    (
      "augmentation.a.timeMaskShare=1.5",
      "augmentation.a.timeMaskShare is 1.5; expected a number from 0.0 to 1.0"
    ),
    ("augmentation.a.gain=-1", "augmentation.a.gain is -1.0; expected at least 0.0"),
    ("augmentation.a.noise=-1", "augmentation.a.noise is -1.0; expected at least 0.0"),
    ("augmentation.a.jitter=-1", "augmentation.a.jitter is -1.0; expected at least 0.0"),
    ("augmentation.a.scaling=-1", "augmentation.a.scaling is -1.0; expected at least 0.0"),
    (
      "augmentation.a.modalityDropout=1",
      "augmentation.a.modalityDropout is 1.0; expected at least 0.0 and below 1.0"
    ),
    (
      "evaluation.validationFraction=1",
      "evaluation.validationFraction is 1.0; expected a number between 0.0 and 1.0, both excluded"
    ),
    ("evaluation.batchSize=0", "evaluation.batchSize is 0; expected at least 1"),
    ("runtime.device=gpu", "runtime.device is 'gpu'; expected auto, cpu, cuda, cuda:N or mps"),
    (
      "runtime.device=cuda:x", "runtime.device is 'cuda:x'; expected auto, cpu, cuda, cuda:N or mps"
    ),
    ("runtime.threads=0", "runtime.threads is 0; expected at least 1"),
    ("runtime.seed=-1", "runtime.seed is -1; expected at least 0"),
    ("runtime.loaders=-1", "runtime.loaders is -1; expected at least 0"),
    ("runtime.prefetch=0", "runtime.prefetch is 0; expected at least 1"),
    ("runtime.checkpointEverySteps=0", "runtime.checkpointEverySteps is 0; expected at least 1"),
    ("runtime.keepCheckpoints=1", "runtime.keepCheckpoints is 1; expected at least 2"),
    ("runtime.maxSteps=-1", "runtime.maxSteps is -1; expected at least 0"),
    (
      "evaluation.foldsOf=[test]",
      "evaluation.foldsOf is a list; expected null without folds or leaveGroupOut, as there is nothing to deal"
    ),
    (
      "modalities=[]",
      "modalities is a list; expected at least one name, or null for all modalities"
    ),
  ])
  func refusesValuesOutOfRange(set: String, expected: String) {
    let sets = set.components(separatedBy: "; ")
    #expect(message { _ = try resolve("data: d", sets: sets) } == "settings: " + expected)
  }

  @Test(arguments: ["auto", "cpu", "cuda", "cuda:0", "cuda:12", "mps"])
  func acceptsDevices(name: String) throws {
    let set = "runtime.device=\(name)"
    #expect(try resolve("data: d", sets: [set]).configuration.runtime.device == name)
  }

  @Test func asksForADataset() {
    #expect(
      message { _ = try resolve("") } == "no dataset is given; add data=DIR or 'data: DIR'")
  }

  @Test func aFlagOutOfRangeIsNamed() {
    let flags = [ConfigAssignment.flag("--epochs", "training.epochs", .integer(0))]
    #expect(
      message { _ = try resolve("data: d", flags: flags) }
        == "--epochs: training.epochs is 0; expected at least 1")
  }

  @Test(arguments: [
    (
      "modalities=[audio, vidoe]",
      "modalities[1]: dataset 'digits' has no modality 'vidoe'; did you mean 'video'?"
    ),
    (
      "model.encoders.text.depth=2",
      "model.encoders.text: dataset 'digits' has no modality 'text'; choose from 'audio', 'video'"
    ),
    (
      "augmentation.adio.crop=2",
      "augmentation.adio: dataset 'digits' has no modality 'adio'; did you mean 'audio'?"
    ),
  ])
  func refusesModalitiesThatTheDatasetLacks(set: String, expected: String) throws {
    let configuration = try resolve("data: d", sets: [set]).configuration
    #expect(
      message { try configuration.checkModalities(["audio", "video"], of: "digits") } == expected)
  }

  @Test func acceptsTheDatasetsModalities() throws {
    let configuration = try resolve(
      "data: d\nmodalities: [audio]\nmodel: {encoders: {video: }}"
    ).configuration
    try configuration.checkModalities(["audio", "video"], of: "digits")
  }
}

// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseFormats
import EquipoiseRunTestSupport
import EquipoiseTestSupport
import EquipoiseTorch
import Foundation
import Testing

@testable import EquipoiseData
@testable import EquipoiseKit
@testable import EquipoiseMethods
@testable import EquipoiseModels
@testable import EquipoisePreparation
@testable import EquipoiseRecipes
@testable import EquipoiseSettings
@testable import EquipoiseTraining

/// Every setting that is a number, with every number that programs trip over: what is not refused in a
/// sentence that names the setting must train.
struct SettingNumbersTests {
  static let numbers = [
    "0", "-1", "-3", "1e300", ".nan", ".inf", "2147483648", "4611686018427387904",
    "9223372036854775807", "-9223372036854775808", "9223372036854775808",
  ]

  /// Settings that hold numbers or may, and what has to be chosen for there to be these.
  private struct Keys {
    var choices: [String] = []
    var keys: [String] = []
  }

  /// Which modality of the run suits a type of encoder.
  private static let modalities = [
    "resnet18": "image", "resnet34": "image", "transformer": "series", "conv1d": "series",
  ]

  /// The settings of a method, or of everything else: of every choice there is.
  private static func keys(of method: String) throws -> [Keys] {
    let name = "method.name=\(method)"
    guard method == Joint.name else { return [try keys([name], below: "method")] }
    let model = RunCatalogue.standard.model
    let encoders = model.encoders.map {
      ("model.encoders.\(modalities[$0.name] ?? "vector")", $0.name)
    }
    let choices =
      encoders + model.fusions.map { ("model.fusion", $0.name) }
      + model.couplings.map { ("model.coupling", $0.name) }
      + TrainingCatalogue.standard.optimisers.map { ("training.optimiser", $0.name) }
      + TrainingCatalogue.standard.schedules.map { ("training.schedule", $0.name) }
    return try [
      keys(
        [name, "augmentation.image.flip=false", "training.parts.head.frozen=false"], below: "")
    ]
      + choices.map { try keys([name, "\($0).type=\($1)"], below: $0) }
  }

  private static func keys(_ choices: [String], below section: String) throws -> Keys {
    let resolved = try RunConfiguration.resolve(
      sets: choices, catalogue: .standard, needsData: false)
    let keys = try ConfigEncoder.encode(resolved.configuration).nodes().compactMap {
      path, value -> String? in
      let path = path.description
      guard section.isEmpty || path.hasPrefix(section + ".") else { return nil }
      switch value {
      case .integer, .double, .null: return path
      default: return nil
      }
    }
    return Keys(choices: choices, keys: keys)
  }

  @Test(arguments: MethodCatalogue.standard.names)
  func refusedInASentenceOrTrained(_ method: String) throws {
    let table = try RunCatalogue.standard.table()
    let tiny = try Self.tinyRun(withSeries: method == Joint.name)
    for group in try Self.keys(of: method) {
      var refused = 0
      for key in group.keys {
        for number in Self.numbers {
          let set = "\(key)=\(number)"
          do {
            let found = try RunConfiguration.resolve(
              sets: group.choices + [set], table: table, needsData: false)
            try trainOneStep(found.configuration, as: tiny, set)
          } catch let error as EquipoiseError {
            refused += 1
            // An encoder from files is refused without its folder, whatever the number.
            let lacksFolder =
              group.choices.contains { $0.hasSuffix("type=pretrained") }
              && error.description.contains(".path: ")
            #expect(
              error.remedy != nil
                && (lacksFolder
                  || error.description.contains(key.split(separator: ".").last ?? "")),
              "\(group.choices) \(set): \(error)")
          } catch let error as FormatError {
            // A number as the name of a file.
            #expect(key.hasSuffix("nitialWeights"), "\(set): \(error)")
          }
        }
      }
      #expect(group.keys.isEmpty || refused > group.keys.count, "\(group.choices)")
    }
  }

  /// The tiny run, with a modality for encoders of sequences where these have settings to try.
  private static func tinyRun(withSeries: Bool) throws -> TinyRun {
    guard withSeries else { return try TinyRun() }
    let tiny = try TinyRun([
      "image": ModalityDescription(kind: .image, shape: [1, 8, 8], type: .float32),
      "series": ModalityDescription(kind: .sequence, shape: [16, 3], type: .float32),
      "vector": ModalityDescription(kind: .vector, shape: [5], type: .float32),
    ])
    // Of one depth and of features of one width, so that everything can be joined.
    tiny.configuration.model.encoders = NamedSections([
      "image": .resnet18(width: 2, smallImageStem: true), "series": .conv1d(width: 16, depth: 4),
      "vector": .mlp(width: 16, depth: 4),
    ])
    return tiny
  }

  /// A step with these settings and small encoders. Training may end with an error too.
  private func trainOneStep(
    _ configuration: RunConfiguration, as tiny: TinyRun, _ set: String
  ) throws {
    let own = tiny.configuration
    var configuration = configuration
    configuration.data = own.data
    for name in own.model.encoders.names where configuration.model.encoders[name] == nil {
      configuration.model.encoders[name] = own.model.encoders[name]
    }
    // What these methods ask of a model.
    if configuration.method.name == MCR.name {
      configuration.model.encoders["vector"] = TinyRun.vector(width: 16)
    }
    if [AIM.name, Greedy.name].contains(configuration.method.name) {
      configuration.model.encoders["vector"] = TinyRun.vector(depth: 4)
    }
    if configuration.method.name == ReconBoost.name { configuration.model.fusion = .sum }
    if configuration.method.name == AUG.name {
      configuration.model.fusion = FusionSection(BoostedFusion.Configuration())
    }
    if configuration.method.name == Greedy.name {
      (configuration.model.coupling, configuration.model.fusion) = (.mmtm, .sum)
    }
    configuration.runtime.device = "cpu"
    configuration.training.epochs = max(1, configuration.training.epochs)
    configuration.modalities = configuration.method.name == "unimodal" ? ["vector"] : nil
    let parts = try RunParts(configuration)
    let batch = try parts.data.trainingBatches(epoch: 0, from: 0).next()
    let context = StepContext(
      epoch: 0, step: 0, stepsPerEpoch: parts.stepsPerEpoch, globalStep: 0,
      batch: try #require(batch),
      mode: .training(dropout: parts.streams["dropout"]))
    if let method = parts.method as? any EpochAdapting {
      try method.beginEpoch(0, with: parts.engine)
    }
    if let method = parts.method as? any StepDefining {
      _ = try method.step(in: context, with: parts.engine)
    } else {
      _ = try StandardStep(parts.method, engine: parts.engine).run(context)
    }
    _ = parts.rates.rate(epoch: 1, step: 1)
    parts.rates.observe(0.5, epoch: 1)
    _ = parts.multiplyAddsPerSample
  }

  @Test(arguments: RecipeCatalogue.standard.names)
  func numbersOfRecipes(_ name: String) throws {
    try check(RecipeCatalogue.standard.type(named: name))
  }

  private func check<Recipe: DatasetRecipe>(_ recipe: Recipe.Type) throws {
    var tree = try ConfigEncoder.encode(Recipe.Options())
    if tree.mapping?["modalities"]?.mapping?.elementDefaults != nil {
      try tree.assign(.mapping(ConfigMapping()), at: ConfigPath(["modalities", "one"]))
    }
    let folder = try TemporaryFolder()
    // What is made is made small.
    let small = recipe.name == "synthetic" ? ["train=6", "validation=0", "test=0"] : []
    for (path, value) in tree.nodes() {
      switch value {
      case .integer, .double, .null: break
      default: continue
      }
      for number in Self.numbers {
        do {
          let made = try recipe.configured(file: nil, sets: small + ["\(path)=\(number)"])
          // Without its data the recipe ends early; the synthetic one is made.
          _ = try made.prepare(
            input: folder.file("absent"), output: folder.file(UUID().uuidString)
          ) { event in
            if case .progress = event, recipe.needsInput { Issue.record("no input was needed") }
          }
        } catch is EquipoiseError, is FormatError {
          continue
        }
      }
    }
  }
}

import Formats
import Foundation
import Testing
import Torch

import Equipoise
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

  /// The settings of a method, or of everything else, that hold numbers or may.
  private static func keys(of method: String) throws -> [String] {
    let resolved = try RunConfiguration.resolve(
      sets: ["method.name=\(method)"], methods: .standard, needsData: false)
    var configuration = resolved.configuration
    configuration.model.encoders = NamedSections(["vector": EncoderConfiguration()])
    configuration.augmentation = NamedSections(["image": AugmentationConfiguration()])
    return try ConfigEncoder.encode(configuration).nodes().compactMap { path, value in
      guard path.keys.first == "method" || method == Joint.name else { return nil }
      switch value {
      case .integer, .double, .null: return path.description
      default: return nil
      }
    }
  }

  @Test(arguments: MethodCatalogue.standard.names)
  func refusedInASentenceOrTrained(_ method: String) throws {
    let keys = try Self.keys(of: method)
    let table = try MethodCatalogue.standard.table()
    let tiny = try TinyRun()
    var refused = 0
    for key in keys {
      for number in Self.numbers {
        let set = "\(key)=\(number)"
        do {
          let found = try RunConfiguration.resolve(
            sets: ["method.name=\(method)", set], methods: table, needsData: false)
          try trainOneStep(found.configuration, as: tiny, set)
        } catch let error as EquipoiseError {
          refused += 1
          #expect(
            error.remedy != nil && error.description.contains(key.split(separator: ".").last ?? ""),
            "\(set): \(error)")
        } catch let error as FormatError {
          // A number as the name of a file.
          #expect(key.hasSuffix("nitialWeights"), "\(set): \(error)")
        }
      }
    }
    #expect(keys.isEmpty || refused > keys.count)
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
    if [AIM.name, Greedy.name].contains(configuration.method.name) {
      configuration.model.encoders["vector"]?.depth = 4
    }
    if configuration.method.name == Greedy.name {
      (configuration.model.mmtm, configuration.model.fusion) = (true, .sum)
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
    _ = parts.schedule.rate(at: 1)
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

import Testing

import Equipoise
@testable import EquipoiseMethods
@testable import EquipoiseModels

/// Which models each method takes; it has to refuse all others.
enum MethodFit {
  /// Every method.
  static let names = MethodCatalogue.standard.names

  static func takes(
    _ name: String, modalities: Int, fusion: FusionKind, isCoupled: Bool = false
  ) -> Bool {
    // A model of one modality has a linear head, whatever the fusion, and nothing to couple.
    let isAlone = modalities == 1
    return switch name {
    case "joint", "unimodal-losses", "diagnosing-relearning": true
    case "unimodal": isAlone
    case "late-fusion": isAlone || fusion == .sum && !isCoupled
    case "mla": isAlone || fusion == .shared && !isCoupled
    case "greedy": !isAlone && fusion == .sum && isCoupled
    case "mmcosine": !isAlone && fusion == .cosine
    case "aim", "mmpareto": !isAlone && !isCoupled
    default: !isAlone
    }
  }

  /// The method with settings by which it acts from the first epoch on.
  static func eager(_ name: String) throws -> MethodSection {
    switch name {
    case "aim":
      var settings = AIMConfiguration()
      settings.startEpoch = 0
      settings.decoupling.latentWidth = 4
      return try MethodSection(name: name, configuration: settings)
    case "greedy":
      var settings = Greedy.Configuration()
      settings.warmupEpochs = 0
      return try MethodSection(name: name, configuration: settings)
    case "ogm": return try MethodSection(name: name, configuration: eagerOGM)
    case "opm": return try MethodSection(name: name, configuration: eagerOPM)
    case "opm-ogm":
      var settings = OPMOGM.Configuration()
      (settings.opm, settings.ogm) = (eagerOPM, eagerOGM)
      return try MethodSection(name: name, configuration: settings)
    default:
      let method = try #require(MethodCatalogue.standard.methods.first { $0.name == name })
      return try defaults(of: method)
    }
  }

  private static func defaults<Method: BalancingMethod>(of _: Method.Type) throws -> MethodSection {
    try MethodSection(name: Method.name, configuration: Method.Configuration())
  }

  private static var eagerOGM: OGM.Configuration {
    var settings = OGM.Configuration()
    settings.window = EpochWindow()
    return settings
  }

  private static var eagerOPM: OPM.Configuration {
    var settings = OPM.Configuration()
    (settings.warmUpEpochs, settings.previousBatch) = (0, true)
    return settings
  }
}

// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import EquipoiseMethods
@testable import EquipoiseModels

/// Which models each method says that it takes; it has to refuse all others.
enum MethodFit {
  /// Every method.
  static let names = MethodCatalogue.standard.names

  /// Every method where EQUIPOISE_METHODS is `all`, and some otherwise.
  static func sample(_ some: [String]) -> [String] {
    ProcessInfo.processInfo.environment["EQUIPOISE_METHODS"] == "all" ? names : some
  }

  /// A sample of a third, for what hardly depends on the method.
  static func sample(_ part: Int) -> [String] {
    sample(names.enumerated().filter { $0.offset % 3 == part }.map(\.element))
  }

  static func takes(
    _ name: String, modalities: Int, fusion: FusionSection, isCoupled: Bool = false
  ) -> Bool {
    var model = ModelConfiguration()
    model.fusion = fusion
    model.coupling = isCoupled ? .mmtm : .uncoupled
    let method = MethodCatalogue.standard.methods.first { $0.name == name }
    return method?.needs.isMet(modalities: modalities, model) == true
  }

  /// The method with settings by which it acts from the first epoch on.
  static func eager(_ name: String) throws -> MethodSection {
    switch name {
    case "aim":
      var settings = AIMConfiguration()
      settings.startEpoch = 0
      settings.decoupling.latentWidth = 4
      return MethodSection(AIM.self, settings)
    case "greedy":
      var settings = Greedy.Configuration()
      settings.warmupEpochs = 0
      return MethodSection(Greedy.self, settings)
    case "smv":
      var settings = SMV.Configuration()
      settings.warmupEpochs = 0
      return MethodSection(SMV.self, settings)
    case "ogm": return MethodSection(OGM.self, eagerOGM)
    case "opm": return MethodSection(OPM.self, eagerOPM)
    case "opm-ogm":
      var settings = OPMOGM.Configuration()
      (settings.opm, settings.ogm) = (eagerOPM, eagerOGM)
      return MethodSection(OPMOGM.self, settings)
    default:
      let method = try #require(MethodCatalogue.standard.methods.first { $0.name == name })
      return defaults(of: method)
    }
  }

  private static func defaults<Method: BalancingMethod>(of _: Method.Type) -> MethodSection {
    MethodSection(Method.self)
  }

  private static var eagerOGM: OGM.Configuration {
    var settings = OGM.Configuration()
    settings.window = EpochWindow()
    return settings
  }

  private static var eagerOPM: OPM.Configuration {
    var settings = OPM.Configuration()
    (settings.warmupEpochs, settings.previousBatch) = (0, true)
    return settings
  }
}

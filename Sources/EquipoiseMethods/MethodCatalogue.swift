// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseModels
internal import EquipoiseFormats
package import EquipoiseSettings

/// The methods that a program knows: a value, to which a program adds its own.
///
/// ```swift
/// let methods = MethodCatalogue.standard.adding(Mine.self)
/// ```
public struct MethodCatalogue: Sendable {
  /// The methods, in the order of lists and tables; no two have one name.
  public private(set) var methods: [any BalancingMethod.Type]

  /// Every method of this library.
  public static let standard = MethodCatalogue([
    Joint.self, Unimodal.self, LateFusion.self, UnimodalLosses.self, AIM.self,
    GradientBlending.self, OGMGE.self, OGM.self, OPM.self, OPMOGM.self, Greedy.self, PMR.self,
    AGM.self, MMCosine.self, MMPareto.self, MLA.self, DiagnosingRelearning.self, DGL.self,
    InfoReg.self, MLB.self, CGGM.self, AMCo.self, CML.self, MBSD.self, MCR.self, LFM.self,
    SMV.self, UMT.self, ReconBoost.self, AUG.self,
  ])

  private init(_ methods: [any BalancingMethod.Type]) { self.methods = methods }

  /// The same methods and one more, at the end of lists.
  ///
  /// - Parameter method: a type whose name no other method has: two of one name are a mistake in the program,
  ///   which stops at once.
  /// - Returns: the larger catalogue.
  public func adding(_ method: any BalancingMethod.Type) -> MethodCatalogue {
    CatalogueNames.check(method.name, isNewAmong: names, MethodFamily.title)
    return MethodCatalogue(methods + [method])
  }

  /// The methods' names, in the order of lists.
  public var names: [String] { methods.map { $0.name } }

  /// Adds the settings of every method to a table.
  package func add(to table: inout SectionTable) throws {
    for method in methods { try Self.add(method, to: &table) }
  }

  /// Whether the method that a configuration names fuses in a way of its own when it is trained.
  package func fuses(_ section: MethodSection) -> Bool {
    methods.contains { $0.name == section.name && $0 is any InferenceFusing.Type }
  }

  /// The method that a configuration names.
  ///
  /// - Parameters:
  ///   - section: name and settings.
  ///   - setting: what it will train.
  /// - Returns: a new method.
  /// - Throws: `EquipoiseError` for an unknown name, settings that do not fit, or a type whose
  ///   capabilities exclude each other.
  package func make(_ section: MethodSection, for setting: MethodSetting) throws
    -> any BalancingMethod
  {
    guard let type = methods.first(where: { $0.name == section.name }) else {
      throw EquipoiseError(
        .configuration, "there is no method '\(section.name)'", at: "method.name",
        fix: Nearest.hint(section.name, in: names))
    }
    return try Self.make(type, section, setting)
  }

  private static func make<Method: BalancingMethod>(
    _ type: Method.Type, _ section: MethodSection, _ setting: MethodSetting
  ) throws -> any BalancingMethod {
    guard let settings = section.settings as? Method.Configuration else {
      throw EquipoiseError(
        .configuration, "the settings are not those of the method '\(Method.name)'", at: "method",
        fix: "make the section of the method and its own settings")
    }
    let task = setting.objective.task
    if let reason = Method.needs.tasks[task]?.refusal {
      throw EquipoiseError(
        .configuration,
        "the method '\(Method.name)' refuses the task \(task.rawValue): \(reason)",
        at: "method.name",
        fix: "choose another method")
    }
    if setting.lacksModalities, let reason = Method.needs.missing.refusal {
      throw EquipoiseError(
        .configuration,
        "the method '\(Method.name)' refuses samples that lack a modality: \(reason)",
        at: "method.name",
        fix: "choose another method, or train on complete samples without modalityDropout")
    }
    let method = try Method(settings, for: setting)
    let hooks = [
      method is any FeatureModulating, method is any ObjectiveDefining,
      method is any GradientModulating,
    ]
    precondition(
      !(method is any StepDefining && hooks.contains(true)),
      "\(Method.name) defines the whole step and hooks of the standard step, which would not run")
    return method
  }

  private static func add<Method: BalancingMethod>(
    _ type: Method.Type, to table: inout SectionTable
  ) throws {
    try table.add(to: MethodFamily.self, Method.name, Method.Configuration.self)
  }
}

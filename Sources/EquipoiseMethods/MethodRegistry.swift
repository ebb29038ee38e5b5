internal import EquipoiseKit
import Formats

/// All methods by name.
public enum MethodRegistry {
  /// Every method of this library, in the order of lists and tables.
  public static let all: [any BalancingMethod.Type] = [
    Joint.self, Unimodal.self, LateFusion.self, UnimodalLosses.self, AIM.self,
    GradientBlending.self, OGMGE.self, OGM.self, OPM.self, OPMOGM.self, Greedy.self, PMR.self,
    AGM.self, MMCosine.self, MMPareto.self, MLA.self, DiagnosingRelearning.self,
  ]

  /// The settings of every method, for resolving configurations.
  package static func table() throws -> MethodTable {
    var table = MethodTable()
    for method in all { try add(method, to: &table) }
    return table
  }

  /// The method that a configuration names.
  ///
  /// - Parameters:
  ///   - section: name and settings.
  ///   - setting: what it will train.
  /// - Returns: a new method.
  /// - Throws: `EquipoiseError` for an unknown name, settings that do not fit, or a type whose
  ///   capabilities exclude each other.
  public static func make(_ section: MethodSection, for setting: MethodSetting) throws
    -> any BalancingMethod
  {
    guard let type = all.first(where: { $0.name == section.name }) else {
      let names = all.map { $0.name }
      throw EquipoiseError(
        .configuration, "there is no method '\(section.name)'", at: "method.name",
        fix: Nearest.hint(section.name, in: names))
    }
    return try make(type, section, setting)
  }

  private static func make<Method: BalancingMethod>(
    _ type: Method.Type, _ section: MethodSection, _ setting: MethodSetting
  ) throws -> any BalancingMethod {
    let method = try Method(section.decode(as: Method.Configuration.self), for: setting)
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
    _ type: Method.Type, to table: inout MethodTable
  ) throws {
    try table.add(Method.name, Method.Configuration.self)
  }
}

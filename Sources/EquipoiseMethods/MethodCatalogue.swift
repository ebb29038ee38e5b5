internal import EquipoiseKit
internal import Formats
internal import Synchronization

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
    AGM.self, MMCosine.self, MMPareto.self, MLA.self, DiagnosingRelearning.self,
  ])

  private init(_ methods: [any BalancingMethod.Type]) { self.methods = methods }

  /// The same methods and one more, at the end of lists.
  ///
  /// - Parameter method: a type whose name no other method has: two of one name are a mistake in the program,
  ///   which stops at once.
  /// - Returns: the larger catalogue.
  public func adding(_ method: any BalancingMethod.Type) -> MethodCatalogue {
    precondition(
      !methods.contains { $0.name == method.name },
      "MethodCatalogue: there is a method '\(method.name)' already")
    precondition(
      method.name.wholeMatch(of: /[a-z0-9][a-z0-9-]*/) != nil,
      "MethodCatalogue: '\(method.name)' is not lower-case letters, digits and hyphens")
    return MethodCatalogue(methods + [method])
  }

  private static let held = Mutex(MethodCatalogue.standard)

  /// The methods of this program: those of the library, until the program's start says otherwise.
  package static var inUse: MethodCatalogue {
    get { held.withLock { $0 } }
    set { held.withLock { $0 = newValue } }
  }

  /// The methods' names, in the order of lists.
  public var names: [String] { methods.map { $0.name } }

  /// The settings of every method, for resolving configurations.
  package func table() throws -> MethodTable {
    var table = MethodTable()
    for method in methods { try Self.add(method, to: &table) }
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

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseSettings

/// The section `method`.
public enum MethodFamily: SectionFamily {
  /// A method.
  public static let title = "method"
  /// `name`; `equipoise train --method` sets it.
  public static let selector = "name"
  /// Joint training, which has no settings.
  public static var standard: (name: String, settings: any ConfigurationSection) {
    (Joint.name, Joint.Configuration())
  }
}

/// The method's name and its settings.
public typealias MethodSection = ChoiceSection<MethodFamily>

extension MethodSection {
  /// A method with its settings.
  ///
  /// - Parameters:
  ///   - method: which one.
  ///   - configuration: its settings; the defaults if left out.
  public init<Method: BalancingMethod>(
    _ method: Method.Type, _ configuration: Method.Configuration = Method.Configuration()
  ) {
    self.init(name: Method.name, settings: configuration)
  }
}

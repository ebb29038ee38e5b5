// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseSettings

extension SettingNames {
  /// Where a name that another program uses is in a run's configuration; `nil` for one that is not known.
  package static func path(of name: String) -> String? {
    guard let table = try? RunCatalogue.inUse.table(),
      let tree = try? ConfigResolver<RunConfiguration>(table: table).defaults
    else { return nil }
    return suggestions(for: ConfigPath([name]), in: tree).first
  }
}

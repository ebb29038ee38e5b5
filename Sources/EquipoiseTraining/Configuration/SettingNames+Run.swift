internal import EquipoiseKit
internal import EquipoiseSettings

extension SettingNames {
  /// Where a name that another program uses is in a run's configuration; `nil` for one that is not known.
  package static func path(of name: String) -> String? {
    let tree = (try? ConfigEncoder.encode(RunConfiguration()))?.mapping ?? ConfigMapping()
    return suggestions(for: ConfigPath([name]), in: tree).first
  }
}

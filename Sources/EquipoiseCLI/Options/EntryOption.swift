// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Equipoise

/// One `--entry`: `NAME=FILE.yaml`, a run configuration, or `NAME=METHOD,KEY=VALUE,…`.
struct EntryOption: ExpressibleByArgument {
  let name: String
  /// The run configuration that it names.
  private(set) var file: String?
  /// The method that it names.
  private(set) var method: String?
  /// Its settings, each `KEY=VALUE`.
  private(set) var sets: [String] = []

  init?(argument: String) {
    guard let equals = argument.firstIndex(of: "=") else { return nil }
    name = String(argument[..<equals])
    let parts = CommaList.split(String(argument[argument.index(after: equals)...]))
    guard !name.isEmpty, let first = parts.first, !first.isEmpty else { return nil }
    if [".yaml", ".yml"].contains(where: first.hasSuffix) {
      file = first
    } else {
      method = first
    }
    sets = Array(parts.dropFirst())
  }

  /// An entry for a method as it is.
  init(method: String) { (name, self.method) = (method, method) }
}

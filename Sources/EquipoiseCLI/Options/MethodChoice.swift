// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Equipoise

/// Methods named on the command line.
enum MethodChoice {
  /// The methods of a list.
  ///
  /// - Parameter list: names separated by commas, or `all` for every method of several modalities.
  /// - Returns: the names.
  /// - Throws: `ValidationError` for a name that is not a method.
  static func names(in list: String) throws -> [String] {
    let all = RunCatalogue.inUse.methods.names.filter { $0 != Unimodal.name }
    if list == "all" { return all }
    let names = list.split(separator: ",").map(String.init)
    for name in names where !all.contains(name) {
      throw ValidationError(
        "there is no method '\(name)'; --methods takes all or some of: \(all.joined(separator: ", "))"
      )
    }
    return names
  }
}

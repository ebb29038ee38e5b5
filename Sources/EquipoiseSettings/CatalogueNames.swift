// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// What every catalogue asks of the names of what is added to it. A name that does not fit is a mistake in the
/// program, which stops at once.
package enum CatalogueNames {
  /// Stops the program unless a name is new and can be typed.
  ///
  /// - Parameters:
  ///   - name: of what is added.
  ///   - others: those that are there.
  ///   - title: what the catalogue holds, such as `method`.
  package static func check(_ name: String, isNewAmong others: [String], _ title: String) {
    precondition(!others.contains(name), "Catalogue: there is a \(title) '\(name)' already")
    precondition(
      name.wholeMatch(of: /[a-z0-9][a-z0-9-]*/) != nil,
      "Catalogue: the \(title) '\(name)' is not lower-case letters, digits and hyphens")
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// The keys that lead from the top of a configuration to a value: `training.optimiser.type`.
public struct ConfigPath: Hashable, Sendable, CustomStringConvertible {
  package var keys: [String]

  package init(_ keys: [String] = []) { self.keys = keys }

  /// The path written with dots between keys, as in `training.epochs=10`.
  package init(dotted text: String) {
    keys = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
  }

  /// The keys with dots between them.
  public var description: String {
    keys.reduce(into: "") { text, key in
      text += key.hasPrefix("[") || text.isEmpty ? key : "." + key
    }
  }

  /// The path of `key` inside this section.
  ///
  /// - Parameter key: one of its keys.
  /// - Returns: the longer path.
  public func appending(_ key: String) -> ConfigPath { ConfigPath(keys + [key]) }

  /// The path of element `index` of this list.
  package func appending(index: Int) -> ConfigPath { appending("[\(index)]") }
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

extension ConfigurationSection {
  /// Every value as key path and text, in the order of the keys.
  package func flattened() throws -> [[String]] {
    try ConfigEncoder.encode(self).nodes().compactMap { path, value in
      value.mapping == nil ? ["\(path)", value.text] : nil
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// What is measured on every set of modalities, of which there are 2 to their number.
package enum ModalitySets {
  /// 4096 sets: with more the sets, not the data, would decide how long a run takes.
  package static let mostModalities = 12
}

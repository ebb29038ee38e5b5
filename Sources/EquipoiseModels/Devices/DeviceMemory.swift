// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import Foundation
package import EquipoiseTorch

/// Memory of the device that computes: the host's own, or an accelerator's.
package enum DeviceMemory {
  /// All of it, in bytes.
  package static func total(of device: Device) -> Int {
    device.memory?.total ?? Int(ProcessInfo.processInfo.physicalMemory)
  }

  /// The most that this process has had, in bytes: of an accelerator what its tensors held, of the
  /// host everything.
  package static func peak(of device: Device) -> Int {
    device.memory?.peak ?? Hardware.peakMemory
  }
}

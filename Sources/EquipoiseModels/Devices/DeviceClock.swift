// SPDX-License-Identifier: Apache-2.0
package import EquipoiseTorch

/// A clock for what a device computes. An accelerator only takes note of an operation when it is
/// called, so each reading waits until all before it is done.
package struct DeviceClock {
  private let wait: () -> Void

  /// A clock for work on `device`.
  package init(_ device: Device) { self.init(waiting: device.synchronize) }

  /// A clock that calls `wait` before each reading.
  package init(waiting wait: @escaping () -> Void) { self.wait = wait }

  /// The time at which everything issued so far is done.
  package var now: ContinuousClock.Instant {
    wait()
    return .now
  }
}

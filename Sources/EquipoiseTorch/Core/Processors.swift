// SPDX-License-Identifier: Apache-2.0
internal import CEquipoiseTorch
import Foundation

/// The processors that this process may use.
public enum Processors {
  /// How many threads can run at once: the processors that affinity allows, or fewer where a control group
  /// limits the processor time, as `docker --cpus` does; at least 1.
  public static var available: Int {
    count(allowed: allowed, quota: ControlGroups.current.processors)
  }

  /// What the system allows, and why fewer are available where they are.
  package static var summary: String {
    let quota = ControlGroups.current.processors
    let count = count(allowed: allowed, quota: quota)
    guard let quota, quota < Double(allowed) else { return "\(count)" }
    return "\(count) (a control group limits \(allowed) to \((quota * 100).rounded() / 100))"
  }

  /// A quota is rounded to the nearest number: of half a processor more can be made by a thread that is
  /// halted half of the time than by none, of less hardly, as the threads of an operation wait for the
  /// last one.
  static func count(allowed: Int, quota: Double?) -> Int {
    guard let quota, quota < Double(allowed) else { return max(1, allowed) }
    return max(1, Int(quota.rounded()))
  }

  /// By affinity, which control groups of the kind `cpuset` set as well.
  private static var allowed: Int {
    let count = Int(ct_allowed_processors())
    return count > 0 ? count : ProcessInfo.processInfo.activeProcessorCount
  }
}

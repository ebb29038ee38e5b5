// SPDX-License-Identifier: Apache-2.0
import Foundation
import EquipoiseTorch

/// Memory of the machine, or of the container around this process.
enum SystemMemory {
  /// All of it, in bytes.
  static var total: Int {
    min(Int(clamping: ProcessInfo.processInfo.physicalMemory), ControlGroups.current.memory ?? .max)
  }

  /// What a new program may still take, in bytes; nil where the system does not say.
  static var available: Int? {
    let line = SystemFile.text("/proc/meminfo").split(separator: "\n")
      .first { $0.hasPrefix("MemAvailable:") }
    guard let kibibytes = line?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
      return nil
    }
    return min(1024 * kibibytes, ControlGroups.current.freeMemory ?? .max)
  }
}

/// Small files in which Linux tells about itself; empty elsewhere.
enum SystemFile {
  static func text(_ path: String) -> String {
    (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
  }
}

import Foundation

/// Memory of the machine, or of the container around this process.
enum SystemMemory {
  /// All of it, in bytes.
  static var total: Int {
    min(Int(ProcessInfo.processInfo.physicalMemory), limit ?? .max)
  }

  /// What a new program may still take, in bytes; nil where the system does not say.
  static var available: Int? {
    let line = SystemFile.text("/proc/meminfo").split(separator: "\n")
      .first { $0.hasPrefix("MemAvailable:") }
    guard let kibibytes = line?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
      return nil
    }
    guard let limit, let used = SystemFile.number(group + "memory.current") else {
      return 1024 * kibibytes
    }
    return min(1024 * kibibytes, max(0, limit - used))
  }

  private static var limit: Int? { SystemFile.number(group + "memory.max") }
  private static let group = "/sys/fs/cgroup/"
}

/// Small files in which Linux tells about itself; empty elsewhere.
enum SystemFile {
  static func text(_ path: String) -> String {
    (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
  }

  static func number(_ path: String) -> Int? {
    Int(text(path).trimmingCharacters(in: .whitespacesAndNewlines))
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseFormats
import Foundation

/// Linux's control groups, of both versions: what they let this process have. Every group around the one
/// that the process is in limits it too.
package struct ControlGroups {
  /// Those of this process.
  package static var current: ControlGroups { ControlGroups(root: "") }

  /// What stands before `/proc` and every mount point: nothing, but in tests.
  private let root: String

  /// The groups of the system below `root`.
  package init(root: String) { self.root = root }

  /// Processors' worth of time, such as 1.5; nil without a limit.
  package var processors: Double? {
    let shares =
      folders(version: 2).map { ratio(lines("\($0)/cpu.max")) }
      + folders(version: 1, controller: "cpu").map {
        ratio(lines("\($0)/cpu.cfs_quota_us") + lines("\($0)/cpu.cfs_period_us"))
      }
    return shares.compactMap { $0 }.min()
  }

  /// Bytes of memory; nil without a limit.
  package var memory: Int? { memoryGroups.map(\.limit).min() }

  /// Bytes of memory that are still free; nil without a limit.
  package var freeMemory: Int? { memoryGroups.map { max(0, $0.limit - $0.used) }.min() }

  // MARK: Limits

  /// Quota and period; `max` and −1 stand for no limit.
  private func ratio(_ words: [String]) -> Double? {
    let numbers = words.compactMap { Double($0) }
    guard numbers.count == 2, words.count == 2, numbers[0] > 0, numbers[1] > 0 else { return nil }
    return numbers[0] / numbers[1]
  }

  /// The groups with a limit.
  private var memoryGroups: [(limit: Int, used: Int)] {
    let files =
      folders(version: 2).map { ("\($0)/memory.max", "\($0)/memory.current") }
      + folders(version: 1, controller: "memory").map {
        ("\($0)/memory.limit_in_bytes", "\($0)/memory.usage_in_bytes")
      }
    return files.compactMap { limit, used in
      guard let limit = lines(limit).first.flatMap({ Int($0) }) else { return nil }
      return (limit, lines(used).first.flatMap { Int($0) } ?? 0)
    }
  }

  // MARK: Folders

  /// The folder of this process's group and those of the groups around it.
  private func folders(version: Int, controller: String = "") -> [String] {
    guard let group = group(version: version, controller: controller) else { return [] }
    let mounts = (try? text("/proc/self/mountinfo")) ?? ""
    return mounts.split(separator: "\n").compactMap { Mount($0) }
      .filter {
        $0.version == version && (version == 2 || $0.options.contains(Substring(controller)))
      }
      .flatMap { $0.folders(of: group) }
  }

  /// The process's group: the lines of /proc/self/cgroup are `number:controllers:path`, in version 2
  /// `0::path`.
  private func group(version: Int, controller: String) -> String? {
    for line in ((try? text("/proc/self/cgroup")) ?? "").split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      let controllers = parts[1].split(separator: ",").map(String.init)
      let isWanted =
        version == 2 ? parts[0] == "0" && controllers.isEmpty : controllers.contains(controller)
      if isWanted { return String(parts[2]) }
    }
    return nil
  }

  /// A small file's words; none where it cannot be read.
  private func lines(_ path: String) -> [String] {
    ((try? text(path)) ?? "").split(whereSeparator: \.isWhitespace).map(String.init)
  }

  private func text(_ path: String) throws -> String {
    try FileSystem.text(of: root + path)
  }
}

/// A line of /proc/self/mountinfo: where a hierarchy of control groups can be seen.
private struct Mount {
  /// The group that is seen at the mount point: `/` but in containers.
  let top: String
  let point: String
  let version: Int
  let options: [Substring]

  /// Nil unless control groups are mounted there.
  init?(_ line: Substring) {
    let halves = line.components(separatedBy: " - ")
    let fields = (halves.first ?? "").split(separator: " ")
    let kind = (halves.last ?? "").split(separator: " ")
    guard halves.count == 2, fields.count >= 5, let name = kind.first,
      ["cgroup", "cgroup2"].contains(name)
    else { return nil }
    top = String(fields[3])
    point = fields[4].replacingOccurrences(of: "\\040", with: " ")
    version = name == "cgroup2" ? 2 : 1
    options = kind.last?.split(separator: ",") ?? []
  }

  /// The folders of a group and of those around it, as far as they can be seen here.
  func folders(of group: String) -> [String] {
    var path = group
    if top != "/", path == top || path.hasPrefix(top + "/") { path.removeFirst(top.count) }
    let names = path.split(separator: "/")
    guard !names.contains("..") else { return [point] }
    return (0...names.count).map { count in
      ([point] + names.prefix(count).map(String.init)).joined(separator: "/")
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import EquipoiseTorch

/// What control groups and affinity leave of the processors.
struct ProcessorsTests {
  @Test(
    arguments: [
      (8, nil, 8), (8, 16, 8), (8, 8, 8), (8, 2, 2), (8, 1.5, 2), (8, 1.4, 1), (8, 0.1, 1),
      (2, 1e300, 2), (0, nil, 1),
    ] as [(Int, Double?, Int)])
  func aQuotaIsRounded(allowed: Int, quota: Double?, count: Int) {
    #expect(Processors.count(allowed: allowed, quota: quota) == count)
  }

  @Test func atLeastOneIsAvailable() {
    #expect(Processors.available >= 1)
    #expect(Processors.summary.hasPrefix("\(Processors.available)"))
    #expect(Runtime.defaultThreads >= 1)
  }

  /// One place in the sources counts processors.
  @Test func nobodyElseCounts() throws {
    let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "../../../Sources").standardizedFileURL
    let files = FileManager.default.enumerator(atPath: sources.path)?.compactMap { $0 as? String }
    let counting = try (files ?? []).filter { $0.hasSuffix(".swift") }.filter { file in
      let text = try String(contentsOf: sources.appending(path: file), encoding: .utf8)
      return ["rocessorCount", "_SC_NPROCESSORS", "sched_getaffinity"].contains {
        text.contains($0)
      }
    }
    #expect(counting == ["EquipoiseTorch/Core/Processors.swift"])
  }

  // MARK: Control groups

  /// `docker --cpus 1.5` with version 2: the container sees its group as the root.
  @Test func versionTwoInAContainer() throws {
    let system = try FakeSystem([
      "proc/self/cgroup": "0::/\n",
      "proc/self/mountinfo":
        "30 23 0:26 / /sys/fs/cgroup ro,nosuid shared:9 - cgroup2 cgroup rw,nsdelegate\n",
      "sys/fs/cgroup/cpu.max": "150000 100000\n", "sys/fs/cgroup/memory.max": "max\n",
    ])
    #expect(system.groups.processors == 1.5)
    #expect(system.groups.memory == nil && system.groups.freeMemory == nil)
  }

  /// A service: the tightest of the groups around the process counts.
  @Test func versionTwoInGroupsOfGroups() throws {
    let system = try FakeSystem([
      "proc/self/cgroup": "0::/work.slice/job.service\n",
      "proc/self/mountinfo":
        "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n30 22 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
      "sys/fs/cgroup/work.slice/cpu.max": "200000 100000\n",
      "sys/fs/cgroup/work.slice/memory.max": "1000\n",
      "sys/fs/cgroup/work.slice/memory.current": "900\n",
      "sys/fs/cgroup/work.slice/job.service/cpu.max": "max 100000\n",
      "sys/fs/cgroup/work.slice/job.service/memory.max": "500\n",
      "sys/fs/cgroup/work.slice/job.service/memory.current": "100\n",
    ])
    #expect(system.groups.processors == 2)
    #expect(system.groups.memory == 500 && system.groups.freeMemory == 100)
  }

  /// `docker --cpus 0.5` with version 1: the path is the host's, the mount shows what is below it.
  @Test func versionOneInAContainer() throws {
    let system = try FakeSystem([
      "proc/self/cgroup": "5:memory:/docker/4f\n3:cpu,cpuacct:/docker/4f\n0::/docker/4f\n",
      "proc/self/mountinfo": """
      41 35 0:31 /docker/4f /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup rw,cpu,cpuacct
      42 35 0:32 /docker/4f /sys/fs/cgroup/with\\040space ro - cgroup cgroup rw,memory

      """,
      "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "50000\n",
      "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
      "sys/fs/cgroup/with space/memory.limit_in_bytes": "300\n",
      "sys/fs/cgroup/with space/memory.usage_in_bytes": "400\n",
    ])
    #expect(system.groups.processors == 0.5)
    #expect(system.groups.memory == 300 && system.groups.freeMemory == 0)
  }

  @Test(arguments: ["-1", "0", "max", "", "lots", "1 2 3"])
  func noLimit(quota: String) throws {
    let system = try FakeSystem([
      "proc/self/cgroup": "3:cpu:/a\n",
      "proc/self/mountinfo": "41 35 0:31 / /cpu ro - cgroup cgroup rw,cpu\nnonsense\n",
      "cpu/a/cpu.cfs_quota_us": quota, "cpu/a/cpu.cfs_period_us": "100000\n",
    ])
    #expect(system.groups.processors == nil)
  }

  /// A process outside of what its namespace shows, and a system that is not Linux.
  @Test func groupsThatCannotBeSeen() throws {
    let outside = try FakeSystem([
      "proc/self/cgroup": "0::/../../other\n",
      "proc/self/mountinfo": "30 23 0:26 / /g rw - cgroup2 cgroup2 rw\n",
      "other/cpu.max": "1 100000", "g/cpu.max": "300000 100000",
    ])
    #expect(outside.groups.processors == 3)
    #expect(try FakeSystem([:]).groups.processors == nil)
  }
}

/// The files that Linux would show, in a folder of their own.
private final class FakeSystem {
  let groups: ControlGroups
  private let root: URL

  init(_ files: [String: String]) throws {
    root = FileManager.default.temporaryDirectory.appending(path: "equipoise-\(UUID().uuidString)")
    groups = ControlGroups(root: root.path)
    for (path, text) in files {
      let file = root.appending(path: path)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
  }

  deinit { try? FileManager.default.removeItem(at: root) }
}

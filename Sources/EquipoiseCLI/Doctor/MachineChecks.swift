// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseDisplay
import Foundation

/// The processor, memory and disk.
enum MachineChecks {
  static var findings: [Diagnosis.Finding] { [processor, bf16, memory, disk, folder] }

  private static var processor: Diagnosis.Finding {
    .init("processor", Hardware.processorName)
  }

  private static var bf16: Diagnosis.Finding {
    let features =
      SystemFile.text("/proc/cpuinfo").split(separator: "\n")
      .first { $0.hasPrefix("flags") || $0.hasPrefix("Features") } ?? ""
    let native = ["amx_bf16", "avx512_bf16", "bf16"]
      .filter { features.split(separator: " ").contains(Substring($0)) }
    guard native.isEmpty else { return .init("bf16", "fast: \(native.joined(separator: ", "))") }
    return .init("bf16", "works, but this processor has no instructions for it: fp32 is faster")
  }

  private static var memory: Diagnosis.Finding {
    let available = SystemMemory.available
    let value =
      (available.map { "\(Numbers.bytes($0)) available of " } ?? "")
      + Numbers.bytes(SystemMemory.total)
    guard let available, available < 2 << 30 else { return .init("memory", value) }
    return .init(
      "memory", .warning, value, fix: "close other programs, or train with a small --batch-size")
  }

  private static var disk: Diagnosis.Finding {
    let attributes = try? FileManager.default.attributesOfFileSystem(forPath: ".")
    guard let free = (attributes?[.systemFreeSize] as? NSNumber)?.intValue else {
      return .init("disk", .warning, "the free space here is unknown")
    }
    let value = "\(Numbers.bytes(free)) free here"
    guard free < 2 << 30 else { return .init("disk", value) }
    return .init("disk", .warning, value, fix: "free some space before training")
  }

  private static var folder: Diagnosis.Finding {
    let path = FileManager.default.currentDirectoryPath
    let probe = path + "/.equipoise-doctor-\(getpid())"
    defer { try? FileManager.default.removeItem(atPath: probe) }
    guard FileManager.default.createFile(atPath: probe, contents: Data([1])) else {
      return .init(
        "folder", .warning, "\(path) cannot be written to",
        fix: "name folders elsewhere with --out")
    }
    return .init("folder", "\(path) can be written to")
  }
}

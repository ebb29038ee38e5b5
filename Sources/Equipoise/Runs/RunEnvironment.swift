internal import CBuildInformation
import Foundation
public import Torch

/// What a run was made with and on, for whoever wants to repeat it.
public struct RunEnvironment: Codable, Equatable, Sendable {
  /// This library's version.
  public var equipoise = Version.current
  /// The commit the program was built from, where it is known.
  public var commit: String?
  /// libtorch's version.
  public var libtorch = Runtime.version
  /// The operating system.
  public var system = ProcessInfo.processInfo.operatingSystemVersionString
  /// The processor's name, where the system tells.
  public var processor = Hardware.processorName
  /// Cores that this process may use.
  public var cores = Processors.available
  /// Threads of one operation; the last bits of results depend on it.
  public var threads = Runtime.threads
  /// How long threads wait by spinning; nil in runs of versions that did not say.
  public var spinning: Spinning? = Spinning.current
  /// Where the run computed.
  public var device: String
  /// The identity of the prepared data.
  public var dataset: String

  /// The environment of this process.
  public init(device: Device, dataset: String) {
    self.device = device.description
    self.dataset = dataset
    commit = Version.commit
  }
}

/// The version of this library.
public enum Version {
  /// Semantic version.
  public static let current = "0.1.0"
  /// The commit the program was built from, with `+` after it where the sources had been changed;
  /// `nil` when it was not built from a repository.
  public static var commit: String? {
    let text = String(cString: equipoise_commit())
    return text.isEmpty ? nil : text
  }
}

/// What the machine is.
package enum Hardware {
  /// The processor's name as Linux or macOS gives it.
  package static var processorName: String {
    let information = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let line = information.split(separator: "\n").first { $0.hasPrefix("model name") }
    let name = line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) }
    return name ?? architecture
  }

  /// The most memory this process has had, in bytes.
  package static var peakMemory: Int {
    var usage = rusage()
    #if os(Linux)
      getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
      return Int(usage.ru_maxrss) * 1024
    #else
      getrusage(RUSAGE_SELF, &usage)
      return Int(usage.ru_maxrss)
    #endif
  }

  private static var architecture: String {
    #if arch(x86_64)
      "x86-64"
    #elseif arch(arm64)
      "arm64"
    #else
      "unknown"
    #endif
  }
}

// SPDX-License-Identifier: Apache-2.0
package import EquipoiseKit
import Foundation
public import EquipoiseTorch

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
  /// The processes that trained together; nil of one alone.
  public var workers: Int?
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

extension RunEnvironment {
  /// The environment of a run.
  init(_ parts: RunParts) {
    self.init(device: parts.device, dataset: parts.datasetFingerprint)
    workers = parts.workers?.count
  }

  /// What a run wrote down about its surroundings.
  package static func saved(in folder: RunFolder) throws -> RunEnvironment {
    try JSONFile.read(
      RunEnvironment.self, from: folder.environment,
      fix: "restore it from a copy, or train into another folder")
  }
}

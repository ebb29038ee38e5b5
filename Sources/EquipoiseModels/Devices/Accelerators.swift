// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import Foundation
package import EquipoiseTorch

/// Devices beside the host processor. The library that drives CUDA is loaded at run time where
/// libtorch has it, so that one build runs with and without it.
package enum Accelerators {
  /// What became of libtorch's CUDA library.
  package enum Library: Equatable, Sendable {
    /// This libtorch has none.
    case absent
    /// It is in the process.
    case loaded
    /// It is there, but the system's loader refused it.
    case refused(String)
  }

  /// The CUDA library beside libtorch's own; loaded when this is first asked for.
  package static let cuda = load()

  /// Reads `auto`, `cpu`, `cuda`, `cuda:N` or `mps`.
  ///
  /// - Parameter name: the device as a user writes it.
  /// - Returns: a device that can be used here.
  /// - Throws: `TorchError` or `EquipoiseError` that says why there is no such device.
  package static func device(named name: String) throws -> Device {
    // Loading takes time and memory, which a run on the host need not spend.
    if name != "cpu" { _ = cuda }
    do {
      return try Device(named: name)
    } catch {
      guard name.hasPrefix("cuda"), let reason = reasonForNoCUDA else { throw error }
      throw EquipoiseError(
        .device, "device '\(name)' cannot be used: \(reason)", at: "runtime.device",
        fix: "use \(.setting("runtime.device=auto")) or \(.setting("runtime.device=cpu"))")
    }
  }

  /// Why there is no CUDA device; nil when there is one.
  package static var reasonForNoCUDA: String? {
    switch cuda {
    case .absent: "this libtorch (\(Runtime.libraryPath)) is built without CUDA"
    case .refused(let reason): "libtorch's CUDA library cannot be loaded (\(reason))"
    case .loaded where Device.count(of: .cuda) == 0: "there is no NVIDIA GPU or no working driver"
    case .loaded: nil
    }
  }

  private static func load() -> Library {
    let folder = URL(fileURLWithPath: Runtime.libraryPath).deletingLastPathComponent()
    let files = ["libc10_cuda.so", "libtorch_cuda.so"].map {
      folder.appendingPathComponent($0).path
    }
    guard files.allSatisfy(FileManager.default.fileExists(atPath:)) else { return .absent }
    do {
      for file in files { try Runtime.loadLibrary(file) }
      return .loaded
    } catch {
      return .refused("\(error)")
    }
  }
}

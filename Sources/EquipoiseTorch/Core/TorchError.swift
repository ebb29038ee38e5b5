// SPDX-License-Identifier: Apache-2.0
internal import CEquipoiseTorch
import Foundation

/// What can go wrong between this library and the world: files, devices, the runtime.
///
/// Mistakes of a programmer, such as shapes that do not fit, trap instead.
public enum TorchError: Error, CustomStringConvertible, Sendable {
  /// A device that is unknown or cannot be used.
  case device(String)
  /// Weights that do not fit a module, with the file's or source's name.
  case weights(String)
  /// libtorch's own complaint.
  case runtime(String)

  /// One sentence or more: what, where, how to fix.
  public var description: String {
    switch self {
    case .device(let text), .weights(let text), .runtime(let text): text
    }
  }
}

/// What happens when libtorch refuses an operation.
public enum TorchFailure {
  /// Ends the process with `message`. A program may put a friendlier end here, before any tensor is
  /// made: running out of memory is reported this way too.
  nonisolated(unsafe) public static var handler: @Sendable (_ message: String) -> Never = {
    message in fatalError(message)
  }

  /// Whether libtorch's message speaks of memory that ran out.
  public static func isOutOfMemory(_ message: String) -> Bool {
    ["can't allocate memory", "not enough memory", "out of memory"].contains {
      message.contains($0)
    }
  }
}

/// Ends the process when a call that only a mistake can make fail has failed.
func check(_ status: CTStatus, _ operation: @autoclosure () -> String) {
  if status != 0 { TorchFailure.handler("\(operation()): \(lastError())") }
}

/// Throws libtorch's complaint when a call has failed.
func tryCheck(_ status: CTStatus, _ operation: String) throws(TorchError) {
  if status != 0 { throw TorchError.runtime("\(operation): \(lastError())") }
}

func lastError() -> String { String(cString: ct_last_error()) }

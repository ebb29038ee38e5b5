// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseFormats
internal import Synchronization

/// What is wrong with a list. Preparing stops at the first fault; a scan goes on without the line at fault
/// and tells of all.
package final class ListFaults: Sendable {
  private let found = Mutex<[String]>([])

  package init() {}

  /// The sentences, in the order in which they were found.
  package var sentences: [String] { found.withLock { $0 } }

  /// Takes note of a fault.
  func add(_ error: any Error) { found.withLock { $0.append("\(error)") } }
}

extension MediaPreparation {
  /// Throws a fault, or has a scan take note of it.
  func report(_ fault: EquipoiseError) throws {
    guard let faults else { throw fault }
    faults.add(fault)
  }

  /// The result of `body`, or nil after a fault that was noted. Throws where faults are not
  /// noted, and anything that is not a fault of the data.
  package func collecting<Result>(_ body: () throws -> Result) throws -> Result? {
    do {
      return try body()
    } catch  where faults != nil && (error is EquipoiseError || error is FormatError) {
      faults?.add(error)
      return nil
    }
  }
}

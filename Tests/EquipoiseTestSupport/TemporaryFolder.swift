// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A folder that a test may fill; it is removed with the value.
package final class TemporaryFolder {
  package let path: String

  package init() throws {
    path =
      URL(fileURLWithPath: NSTemporaryDirectory()).appendingPathComponent(
        "equipoise-" + UUID().uuidString
      ).path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of `name` in the folder.
  package func file(_ name: String) -> String { path + "/" + name }

  /// Writes `text` to `name` and returns its path.
  package func write(_ text: String, to name: String) throws -> String {
    try Data(text.utf8).write(to: URL(fileURLWithPath: file(name)))
    return file(name)
  }
}

/// The text of the error that `body` throws, or nil if it throws none.
package func message(of body: () throws -> Void) -> String? {
  do {
    try body()
    return nil
  } catch {
    return "\(error)"
  }
}

// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import Foundation
import Testing

@testable import EquipoiseKit

struct ProcessLockTests {
  @Test func refusesASecondWriterAndNamesTheFirst() throws {
    let folder = try TemporaryFolder()
    let lock = try ProcessLock(folder: folder.path)
    let text = message { _ = try ProcessLock(folder: folder.path) }
    #expect(
      text == "\(folder.path): process \(getpid()) is writing this run; "
        + "wait for it, stop it, or choose another run folder")
    withExtendedLifetime(lock) {}
  }

  @Test func isFreeAgainAfterItsOwner() throws {
    let folder = try TemporaryFolder()
    // A longer number from an earlier process must not show through.
    _ = try folder.write("123456789012\n", to: ".lock")
    do { _ = try ProcessLock(folder: folder.path) }
    _ = try ProcessLock(folder: folder.path)
    let content = try String(contentsOfFile: folder.file(".lock"), encoding: .utf8)
    #expect(content == "\(getpid())\n")
  }

  @Test func namesAFolderThatIsAbsent() throws {
    let folder = try TemporaryFolder()
    let text = message { _ = try ProcessLock(folder: folder.file("absent")) }
    #expect(text?.contains("absent/.lock: cannot open the file: No such file") == true)
  }
}

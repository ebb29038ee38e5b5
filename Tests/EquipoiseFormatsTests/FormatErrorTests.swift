// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import EquipoiseFormats

@Suite struct FormatErrorTests {
  @Test func saysWhereWhatAndHow() {
    let errors: [FormatError] = [
      .malformed(path: "p", reason: "r", remedy: "do"),
      .unsupported(path: "p", reason: "r", remedy: "do"),
      .missing(path: "p", reason: "r", remedy: "do"),
    ]
    for error in errors {
      #expect((error.path, error.reason, error.remedy) == ("p", "r", "do"))
      #expect("\(error)" == "p: r; do")
    }
  }

  static let remedies: [(Int32, String)] = [
    (ENOENT, "check the path"), (EROFS, "check the permissions of the file and its folder"),
    (ENOSPC, "free some space or choose another disk"),
    (EMFILE, "raise the limit of open files (ulimit -n)"),
    (EIO, "the disk may be failing: copy the data elsewhere"),
    (EBADF, "check the path and the disk"),
  ]

  @Test(arguments: remedies)
  func advisesOnSystemErrors(code: Int32, remedy: String) {
    let error = FormatError.system(path: "p", operation: "write", code: code)
    let reason = "cannot write: \(String(cString: strerror(code)))"
    #expect((error.path, error.reason, error.remedy) == ("p", reason, remedy))
  }
}

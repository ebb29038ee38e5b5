// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import Foundation
import Testing

@testable import EquipoiseKit

/// Programs started, watched and stopped.
struct ChildProcessTests {
  private let folder: TemporaryFolder
  private let lifeLine: LifeLine

  init() throws {
    folder = try TemporaryFolder()
    lifeLine = try LifeLine()
  }

  private func start(_ script: String) throws -> ChildProcess {
    try ChildProcess(
      ["/bin/sh", "-c", script], input: lifeLine.readingEnd, output: .log(folder.file("log")))
  }

  private func end(of child: ChildProcess) -> ChildProcess.Exit {
    while true {
      if let exit = child.poll() { return exit }
      usleep(5000)
    }
  }

  @Test func statusAndLog() throws {
    let exit = end(of: try start("echo out; echo err >&2; exit 3"))
    #expect(exit.status == 3 && exit.peakMemory > 0)
    #expect(try String(contentsOfFile: folder.file("log"), encoding: .utf8) == "out\nerr\n")
    #expect(try end(of: start("kill -9 $$")).status == 137)
  }

  @Test func signalsArePassedOn() throws {
    let child = try start("trap 'exit 7' TERM; echo ready; while :; do sleep 0.01; done")
    while try String(contentsOfFile: folder.file("log"), encoding: .utf8) != "ready\n" {
      usleep(1000)
    }
    child.send(SIGTERM)
    #expect(end(of: child).status == 7)
  }

  @Test func memoryIsTheChildsOwn() throws {
    // This process has libtorch and more; the shell needs a few megabytes.
    #expect(Hardware.peakMemory > 64 << 20)
    let exit = end(of: try start("sleep 0.6"))
    #expect(exit.peakMemory < 32 << 20)
  }

  @Test func lifeLineEndsWithItsOwner() throws {
    var own: LifeLine? = try LifeLine()
    let child = try ChildProcess(
      ["/bin/sh", "-c", "read line; exit 5"], input: try #require(own).readingEnd,
      output: .log(folder.file("log")))
    usleep(50_000)
    #expect(child.poll() == nil)
    own = nil
    #expect(end(of: child).status == 5)
  }

  @Test func programThatIsNotThere() throws {
    #expect(throws: EquipoiseError.self) {
      try ChildProcess(["/no/such"], input: lifeLine.readingEnd, output: .log(folder.file("log")))
    }
  }
}

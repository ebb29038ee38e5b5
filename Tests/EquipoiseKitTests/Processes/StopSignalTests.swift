// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import EquipoiseKit

/// Each test runs in a process of its own.
struct StopSignalTests {
  @Test(arguments: zip([SIGTERM, SIGINT], [143, 130] as [Int32]))
  func exitCodeNamesTheSignal(number: Int32, code: Int32) {
    #expect(StopSignal.exitCode(for: number) == code)
  }

  @Test func termIsARequestThatLeavesTheProcessRunning() async {
    await #expect(processExitsWith: .exitCode(143)) {
      StopSignal.install()
      guard StopSignal.requested == nil else { exit(1) }
      raise(SIGTERM)
      raise(SIGTERM)
      exit(StopSignal.requested.map(StopSignal.exitCode(for:)) ?? 2)
    }
  }

  @Test func theFirstInterruptIsARequest() async {
    await #expect(processExitsWith: .exitCode(0)) {
      StopSignal.install()
      raise(SIGINT)
      exit(StopSignal.requested == SIGINT ? 0 : 1)
    }
  }

  @Test(arguments: [SIGTERM, SIGINT])
  func anInterruptAfterARequestEndsTheProcess(first: Int32) async {
    await #expect(processExitsWith: .exitCode(130)) { [first] in
      StopSignal.install()
      raise(first)
      raise(SIGINT)
      exit(1)
    }
  }

  @Test(arguments: [SIGTERM, SIGINT, SIGHUP])
  func aCommandWithoutStateSaysHowToGoOn(number: Int32) async throws {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.exitStatus, \.standardErrorContent]
    ) { [number] in
      StopSignal.sayThatRepeatingContinues()
      raise(number)
      exit(0)
    }
    let ended = try #require(result)
    #expect(ended.exitStatus == .signal(number))
    let text = String(decoding: ended.standardErrorContent, as: UTF8.self)
    #expect(text.contains("stopped; repeating it continues"))
  }
}

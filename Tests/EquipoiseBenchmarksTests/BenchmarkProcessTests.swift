// SPDX-License-Identifier: Apache-2.0
import EquipoiseBenchmarks
import EquipoiseKit
import EquipoiseTraining
import Testing

/// The processes that are timed.
@Suite struct BenchmarkProcessTests {
  /// Writing to a process that is gone must not end this one by SIGPIPE.
  @Test func aProcessThatDiesIsAnError() throws {
    let script = "read setting; echo '{\"version\":\"1\"}'; exec <&-; exit 3"
    let process = try BenchmarkProcess(BenchmarkSetting(), command: ["/bin/sh", "-c", script])
    #expect(process.greeting.version == "1")
    for _ in 0..<2 {
      #expect {
        _ = try process.run(steps: 1)
      } throws: {
        "\($0)".contains("a process of the benchmark ended")
      }
    }
    process.stop()
  }

  @Test func aSettingOfAnotherDeviceIsRefusedWithoutOne() throws {
    var setting = BenchmarkSetting()
    setting.device = "cuda:99"
    #expect(throws: EquipoiseError.self) { _ = try StepBenchmark(setting) }
  }
}

// SPDX-License-Identifier: Apache-2.0
#if os(Linux)
  import EquipoiseTestSupport
  import Foundation
  import Testing

  /// The program as its user starts it: what OpenMP reads is there before OpenMP is loaded.
  @Suite struct SpinningTests {
    private static let clean =
      "unset GOMP_SPINCOUNT KMP_BLOCKTIME OMP_WAIT_POLICY KMP_LIBRARY EQUIPOISE_SPINNING"

    /// `doctor` in an environment, and what GNU's OpenMP says when it is asked to show its settings.
    private func doctor(_ settings: String = "") throws -> (waiting: String, openMP: String) {
      let outcome = try CommandLineTool.run(
        ["doctor", "--format", "json"],
        after: "\(Self.clean); export OMP_DISPLAY_ENV=VERBOSE \(settings)")
      let findings = try #require(try outcome.json()["findings"] as? [[String: String]])
      let waiting = try #require(findings.first { $0["name"] == "waiting" }?["value"])
      let line = outcome.errors.split(separator: "\n").last { $0.contains("GOMP_SPINCOUNT = ") }
      return (waiting, try #require(line).trimmingCharacters(in: .whitespaces))
    }

    @Test func spinningIsBounded() throws {
      let found = try doctor()
      #expect(found.waiting == "threads spin briefly, then sleep: GOMP_SPINCOUNT=1000")
      #expect(found.openMP == "GOMP_SPINCOUNT = '1000'")
    }

    @Test(arguments: [
      ("GOMP_SPINCOUNT=12345", "as the environment says: GOMP_SPINCOUNT=12345", "12345"),
      ("OMP_WAIT_POLICY=passive", "as the environment says: OMP_WAIT_POLICY=passive", "0"),
      ("EQUIPOISE_SPINNING=unbounded", "threads spin as long as GNU's OpenMP likes", "300000"),
    ])
    func theUserDecides(setting: String, waiting: String, count: String) throws {
      let found = try doctor(setting)
      #expect(found.waiting == waiting)
      #expect(found.openMP == "GOMP_SPINCOUNT = '\(count)'")
    }

    /// The program is started again as the same process: number, name, standard input, signals that are
    /// ignored, folder, and arguments that need care.
    @Test func theProcessStaysTheSame() throws {
      let folder = try TemporaryFolder()
      try TinyDataset.write(to: folder.file("data"))
      let run = try CommandLineTool.start(
        ["train", "--data", "data", "--out", " a 'run' ", "--max-steps", "1"] + TinyDataset.model,
        after: "\(Self.clean); cd '\(folder.path)'; trap '' HUP; echo $$")
      let outcome = try run.finish()
      #expect(outcome.status == 0, "\(outcome.errors)")
      let shell = outcome.output.split(separator: "\n").first.flatMap { Int32($0) }
      #expect(shell == run.process.processIdentifier)
      let data = try Data(
        contentsOf: URL(fileURLWithPath: folder.file(" a 'run' /environment.json")))
      let environment = try JSONSerialization.jsonObject(with: data) as? [String: Any]
      let spinning = try #require(environment?["spinning"] as? [String: Any])
      #expect(spinning["decidedBy"] as? String == "equipoise")
      #expect(spinning["variables"] as? [String] == ["GOMP_SPINCOUNT=1000"])
      #expect(spinning["openMP"] as? String == "GNU")
    }

    /// Threads follow affinity, and a number that the user gives OpenMP.
    @Test(arguments: [
      (
        "cpu=$(sed -n 's/^Cpus_allowed_list:[[:space:]]*\\([0-9]*\\).*/\\1/p' /proc/self/status);"
          + "taskset -p -c $cpu $$ >&2", "1 for one operation; processors: 1"
      ),
      ("export OMP_NUM_THREADS=1", "1 for one operation; processors: "),
    ])
    func threadsAreThoseThatCanRun(setting: String, threads: String) throws {
      let outcome = try CommandLineTool.run(["doctor", "--format", "json"], after: setting)
      let findings = try #require(try outcome.json()["findings"] as? [[String: String]])
      let found = try #require(findings.first { $0["name"] == "threads" }?["value"])
      #expect(found.hasPrefix(threads), "\(found)")
    }

    @Test func theBenchmarkKeepsProcessorsBusy() throws {
      let outcome = try CommandLineTool.run([
        "benchmark", "transformer", "--python", "none", "--rounds", "1", "--steps", "1", "--batch",
        "2", "--precision", "fp32", "--threads", "1", "--busy", "2", "--format", "json",
      ])
      #expect(try outcome.json()["busyProcesses"] as? Int == 2, "\(outcome.errors)")
    }
  }
#endif

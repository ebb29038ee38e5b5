// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import Foundation
import Testing

/// Commands that read a run while it is trained.
struct ReadersTests {
  @Test func readersNeitherFailNorDisturb() throws {
    let folder = try TemporaryFolder()
    try TinyDataset.write(to: folder.file("data"))
    func training(_ name: String) -> [String] {
      [
        "train", "--data", folder.file("data"), "--out", folder.file(name), "--epochs", "30",
        "--batch-size", "8", "--threads", "1", "--quiet", "--checkpoint-every", "2", "--set",
        "model.encoders.audio={type: mlp, width: 8}", "--set",
        "model.encoders.motion={type: conv1d, width: 4, depth: 2}",
      ]
    }
    let run = folder.file("run")
    let trained = try CommandLineTool.start(training("run"))
    let deadline = ContinuousClock.now + .seconds(120)
    while !FileManager.default.fileExists(atPath: run + "/best.safetensors"),
      ContinuousClock.now < deadline
    { usleep(10_000) }
    var rounds = 0
    repeat {
      for command in [
        ["report", run, "--out", folder.file("report.html"), "--force"], ["evaluate", run],
        ["check", run],
      ] {
        let outcome = try CommandLineTool.run(command)
        #expect(outcome.status == 0, "\(command[0]): \(outcome.output) \(outcome.errors)")
      }
      rounds += 1
    } while !FileManager.default.fileExists(atPath: run + "/result.json")
      && ContinuousClock.now < deadline
    #expect(rounds > 1)
    #expect(try trained.finish().status == 0)
    #expect(try CommandLineTool.run(training("alone")).status == 0)
    #expect(
      FileManager.default.contentsEqual(
        atPath: run + "/weights.safetensors", andPath: folder.file("alone/weights.safetensors")))
  }
}

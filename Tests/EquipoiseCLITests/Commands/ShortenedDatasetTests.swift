// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import Foundation
import Testing

/// A dataset that another program cuts while a run trains on it.
struct ShortenedDatasetTests {
  @Test func endsWithTheNameOfTheFile() throws {
    let folder = try TemporaryFolder()
    let (data, run) = (folder.file("data"), folder.file("run"))
    try TinyDataset.write(to: data)
    let training = try CommandLineTool.start(
      ["train", "--data", data, "--out", run, "--epochs", "100000", "--quiet"] + TinyDataset.model)
    let deadline = ContinuousClock.now + .seconds(60)
    let metrics = run + "/metrics.jsonl"
    while (FileManager.default.contents(atPath: metrics)?.isEmpty ?? true),
      ContinuousClock.now < deadline
    { usleep(20_000) }
    let shard = data + "/train-00000.safetensors"
    #expect(truncate(shard, 0) == 0)
    let outcome = try training.finish()
    #expect(
      outcome.errors
        == "error: \(shard): another program shortened the file while it was being read; "
        + "restore it and start again\n")
    #expect(outcome.status == 1)
  }
}

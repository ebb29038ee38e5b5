// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import Foundation
import Testing

/// What commands end with is put together from runs as they lie, and what it says to do next can be done.
@Suite struct VerdictCommandTests {
  @Test func theNextCommandsLeadToAVerdict() throws {
    let place = try TemporaryFolder()
    let folder = place.path
    let data = folder + "/data"
    _ = try CommandLineTool.run([
      "prepare", "synthetic", "--out", data, "--set", "train=96", "--set", "validation=48",
      "--set", "test=48", "--set", "size=32",
    ])
    let joint = folder + "/joint"
    let trained = try CommandLineTool.run([
      "train", "--data", data, "--method", "joint", "--out", joint, "--epochs", "2",
      "--threads", "1", "--quiet", "--set", "model.encoders.audio.width=4", "--set",
      "model.encoders.visual.width=4",
    ])
    #expect(trained.output.contains("\nVerdict: Inside the model 'audio' "))
    #expect(trained.output.contains("alone is not known"))
    // Each command stands between `Next: ` and its purpose in brackets.
    let next = trained.output.matches(of: /(?m)^Next: equipoise (.*)  \(.*\)$/)
      .map { String($0.output.1).split(separator: " ").map(String.init) }
    #expect(next.count == 2)
    for command in next {
      let outcome = try CommandLineTool.run(command + ["--quiet"])
      #expect(outcome.status == 0, "\(command): \(outcome.errors)")
    }
    let evaluated = try CommandLineTool.run(["evaluate", joint, "--format", "json"]).json()
    let verdict = try #require(evaluated["verdict"] as? [String: Any])
    let modalities = try #require(verdict["modalities"] as? [[String: Any]])
    for modality in modalities {
      let name = try #require(modality["name"] as? String)
      let alone = try #require((modality["alone"] as? [String: Any])?["mean"] as? Double)
      let inside = try #require((modality["inside"] as? [String: Any])?["mean"] as? Double)
      let neglect = try #require((modality["neglect"] as? [String: Any])?["mean"] as? Double)
      let reference = try CommandLineTool.run([
        "evaluate", "\(folder)/\(name)-alone", "--format", "json",
      ]).json()
      #expect(reference["accuracy"] as? Double == alone)
      #expect(abs(neglect - (alone - inside)) < 1e-12)
    }
    let table = try CommandLineTool.run(["evaluate", joint]).output
    #expect(table.contains("\nVerdict: ") && !table.contains("is not known"))
    // Weights of one modality have nothing to be suppressed by.
    #expect(
      !(try CommandLineTool.run(["evaluate", folder + "/audio-alone"]).output.contains("Verdict"))
    )
  }
}

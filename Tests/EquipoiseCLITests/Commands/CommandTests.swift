// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseTestSupport
import Foundation
import Testing

/// The commands that train nothing.
@Suite struct CommandTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func doctorFindsWhatTestsNeed() throws {
    let outcome = try CommandLineTool.run(["doctor", "--format", "json"])
    #expect(outcome.status == 0)
    let diagnosis = try outcome.json()
    #expect(diagnosis["ok"] as? Bool == true)
    let findings = try #require(diagnosis["findings"] as? [[String: String]])
    #expect(
      findings.compactMap { $0["name"] } == [
        "equipoise", "program", "libtorch", "library", "arithmetic", "threads", "waiting", "cuda",
        "mps", "processor", "bf16", "memory", "disk", "folder", "media", "decoder",
      ])
    let table = try CommandLineTool.run(["doctor"])
    #expect(table.output.contains("Everything that training needs is here."))
  }

  @Test func printedConfigurationReadsBack() throws {
    let flags = ["--data", "d", "--seed", "7", "--set", "model.encoders.audio.width=9"]
    let printed = try CommandLineTool.run(["config", "print"] + flags)
    #expect(printed.status == 0)
    #expect(printed.output.contains("seed: 7"))
    #expect(printed.output.contains("# --seed\n"))
    let file = try folder.write(printed.output, to: "run.yaml")
    let again = try CommandLineTool.run(["config", "print", "--config", file])
    func settings(_ text: String) -> [Substring] {
      text.split(separator: "\n").map { $0.prefix(while: { $0 != "#" }) }
        .map { $0.prefix($0.count - $0.reversed().prefix { $0 == " " }.count) }
    }
    #expect(settings(again.output) == settings(printed.output))
    #expect(again.output.contains("# \(file):"))
  }

  @Test func configurationThatFits() throws {
    let data = folder.file("data")
    try TinyDataset.write(to: data)
    let outcome = try CommandLineTool.run(
      ["config", "check", "--data", data, "--epochs", "3", "--device", "cpu"] + TinyDataset.model)
    #expect(
      outcome.output == "ok: joint on audio, motion, 12 steps in each of 3 epochs, on cpu\n")
    #expect(outcome.status == 0 && outcome.errors.isEmpty)
  }

  @Test func preparesAndInspects() throws {
    let list = try CommandLineTool.run(["prepare", "--list"])
    #expect(list.status == 0 && list.output.contains("synthetic: "))
    #expect(list.output.contains("equipoise prepare synthetic --out DATA"))
    #expect(list.output.contains("    shortcut: "))
    let data = folder.file("data")
    let prepared = try CommandLineTool.run([
      "prepare", "synthetic", "--out", data, "--set", "train=24", "--set", "test=6", "--set",
      "validation=0",
    ])
    #expect(prepared.status == 0)
    #expect(prepared.output.hasPrefix("dataset synthetic in \(data), 6 classes\n"))
    #expect(prepared.errors.hasPrefix("preparing synthetic  "))
    let inspected = try CommandLineTool.run(
      [
        "inspect", "--data", data, "--format", "json", "--set",
        "evaluation.validationFraction=0.25",
      ])
    let dataset = try #require(try inspected.json()["dataset"] as? [String: Any])
    #expect(dataset["validationIsCarved"] as? Bool == true)
    let splits = try #require(dataset["splits"] as? [String: [String: Any]])
    #expect(splits["train"]?["samples"] as? Int == 18)
    #expect(splits["validation"]?["samples"] as? Int == 6)
  }

  @Test func inspectSaysWhatAIMTakes() throws {
    let data = folder.file("data")
    _ = try CommandLineTool.run([
      "prepare", "synthetic", "--out", data, "--set", "train=24", "--set", "test=6", "--set",
      "validation=6",
    ])
    let arguments = [
      "inspect", "--data", data, "--method", "aim", "--set", "model.encoders.audio.width=16",
      "--set", "model.encoders.visual.width=16",
    ]
    let table = try CommandLineTool.run(arguments)
    #expect(table.status == 0, "\(table.errors)")
    for text in ["method aim", "parameters of its own", "the same in joint training", "\nmethod "] {
      #expect(table.output.contains(text), "\(text)")
    }
    let json = try CommandLineTool.run(arguments + ["--format", "json"]).json()
    let resources = try #require(json["methodResources"] as? [String: Int])
    let memory = try #require(json["memory"] as? [String: Int])
    #expect(memory["method"] == resources["memory"])
    // Weights and Adam's two averages of every number.
    #expect((resources["memory"] ?? 0) > 12 * (resources["parameters"] ?? .max))
  }

  @Test func demoComparesAndContinues() throws {
    // A dataset that is there is used; a small one makes this a test.
    let demo = folder.file("demo/seed-0")
    let prepared = try CommandLineTool.run([
      "prepare", "synthetic", "--out", demo + "/data", "--set", "train=48", "--set", "test=12",
      "--set", "validation=12",
    ])
    #expect(prepared.status == 0, "\(prepared.errors)")
    let first = try CommandLineTool.run(["demo", "--out", demo])
    #expect(first.status == 0, "\(first.errors)")
    for text in [
      "joint", "AIM", "alone", "neglect", "audio", "visual", "together", "Next:",
    ] {
      #expect(first.output.contains(text))
    }
    #expect(first.errors.contains("\nvisual  epoch 8/8  "))
    let second = try CommandLineTool.run(["demo", "--out", demo])
    #expect(second.output == first.output)
    #expect(second.errors.isEmpty)
    // The same runs as one seed of several; a second one would take as long again.
    let spread = try CommandLineTool.run(["demo", "--out", folder.file("demo"), "--seeds", "0"])
    #expect(spread.status == 0, "\(spread.errors)")
    #expect(spread.output.contains("1 seed(s), mean ± standard deviation."))
    let visual = try #require(spread.output.split(separator: "\n").first { $0.hasPrefix("visual") })
    let same = try #require(first.output.split(separator: "\n").first { $0.hasPrefix("visual") })
    #expect(
      Array(visual.split(separator: " ").dropFirst())
        == same.split(separator: " ").filter { Double($0) != nil })
  }

  @Test func helpNamesEveryCommand() throws {
    let help = try CommandLineTool.run(["--help"])
    #expect(help.status == 0)
    for name in ["demo", "prepare", "train", "evaluate", "inspect", "config", "doctor"] {
      #expect(help.output.contains("\n  \(name) "))
    }
    #expect(try CommandLineTool.run(["--version"]).output == "\(Version.current)\n")
  }
}

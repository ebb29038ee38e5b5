// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Equipoise
import EquipoiseTestSupport
import Foundation
import Testing

@testable import EquipoiseCLI

/// The commands that README and docs show: each page's in their order, in a folder that has nothing but
/// what the page says is there. `Tests/Outside/small_equipoise.py` makes their settings small.
@Suite(.serialized) struct DocumentedCommandTests {
  /// Commands that are not run, by how they begin, and why.
  private static let omitted = [
    "make demo": "CommandTests trains the demo on a small dataset",
    "make test": "it is what runs this",
    "make build": "the program is built",
    "swift package resolve": "scripts/test-dependent makes such a package",
    ".build/checkouts": "scripts/test-dependent makes such a package",
    "swift build": "scripts/test-dependent makes such a package",
    "pip install dist/": "a wheel takes a release build of its own",
    "equipoise demo": "CommandTests trains the demo on a small dataset",
    "make benchmark": "the Python environment with PyTorch is 2 GB",
    "equipoise prepare digits": "the recordings are not here; DigitsRecipeTests makes some",
    "equipoise prepare utd-mhad": "the recordings are not here; UTDRecipeTests makes some",
    "equipoise prepare arrays --input": "CMU-MOSI is not here; ArraysRecipeTests makes arrays",
    "equipoise compare --data data/mosi-sentiment": "CMU-MOSI is not here",
    "equipoise train --data DATA --method aim --set":
      "no trained network is here; PretrainedRunTests makes small ones",
  ]

  @Test(arguments: Document.all.filter { !$0.commands.isEmpty })
  func everyCommandWorks(_ page: Document) throws {
    let folder = try TemporaryFolder()
    try DocumentationFolder.fill(folder, for: page)
    let commands = page.commands.filter { command in
      !Self.omitted.keys.contains { command.hasPrefix($0) }
    }
    let outcome = try CommandLineTool.run(
      script: "cd '\(folder.path)'\nPATH=\"$PWD/bin:$PATH\"\nset -eux\n"
        + commands.joined(separator: "\n"))
    #expect(outcome.status == 0, "\(outcome.errors.suffix(2000))")
  }

  /// README's Python writes a dataset from the arrays that it takes for granted.
  @Test(.enabled(if: OutsidePython.isInstalled, "needs scripts/setup-outside"))
  func thePythonWritesADataset() throws {
    let page = try #require(Document.all.first)
    let code = try #require(page.blocks("python").first)
    let arrays = """
      import numpy
      audio = numpy.random.rand(6, 1, 64, 64).astype("float32")
      visual = numpy.random.randint(0, 256, (6, 3, 64, 64), "uint8")
      label = numpy.arange(6, dtype="int64") % 2

      """
    let folder = try TemporaryFolder()
    _ = try OutsidePython.output(of: ["-c", arrays + code], in: folder.path)
    let dataset = try PreparedDataset(folder: folder.file("data/mine"))
    #expect(dataset.modalities.map(\.name) == ["audio", "visual"])
    #expect(try dataset.samples(.train).classCounts(2) == [3, 3])
  }

  /// A reason for what is no longer shown would hide what is.
  @Test func everyOmissionIsShown() {
    let commands = Document.all.flatMap(\.commands)
    for omission in Self.omitted.keys {
      #expect(commands.contains { $0.hasPrefix(omission) }, "\(omission)")
    }
  }

  /// Commands in the middle of a sentence, often with NAMES for what the reader puts in: the command and
  /// its options exist.
  @Test func everyQuotedCommandExists() throws {
    for page in Document.all {
      for text in page.quoted {
        var (command, words) = (
          EquipoiseCommand.self as any ParsableCommand.Type, text.split(separator: " ")[1...]
        )
        while let word = words.first,
          let next = command.configuration.subcommands.first(where: {
            ($0.configuration.commandName ?? "") == word
          })
        {
          (command, words) = (next, words.dropFirst())
        }
        let help = EquipoiseCommand.helpMessage(for: command, includeHidden: true)
        #expect(
          command != EquipoiseCommand.self || words.first?.hasPrefix("-") == true,
          "\(page.name): \(text)")
        for word in words where word.hasPrefix("--") && word != "--generate-completion-script" {
          let option = word.prefix { $0 != "=" }
          #expect(help.contains(option), "\(page.name): '\(text)' has no \(option)")
        }
      }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Equipoise
@testable import EquipoiseCLI
import EquipoiseTestSupport
import Foundation
import Testing

/// The library's sentences with the flags and commands that the program puts into them.
struct CommandLineTermsTests {
  /// A term as a command spells it.
  private func spelled(_ term: Term, _ command: String...) -> String {
    CommandLineTerms(flags: CalledCommand(command).flags).spelled(term)
  }

  @Test func oneSentenceForBoth() throws {
    let folder = try TemporaryFolder()
    let sentence = "recipe 'digits' reads a folder of source data; name it with "
    let error = #expect(throws: EquipoiseError.self) {
      try RecipeCatalogue.standard.prepare("digits", input: nil, output: folder.file("data"))
    }
    #expect(error?.description == sentence + "input=DIR")
    let outcome = try CommandLineTool.run(["prepare", "digits", "--out", folder.file("data")])
    #expect(outcome.errors == "error: \(sentence)--input DIR\n")
  }

  @Test func settings() {
    #expect(spelled(.setting("root=DIR"), "prepare") == "--set root=DIR")
    #expect(
      spelled(.setting("levels=[class, group]"), "prepare") == "--set 'levels=[class, group]'")
    #expect(spelled(.setting("classes=[it's]"), "prepare") == #"--set 'classes=[it'\''s]'"#)
    // A setting with a flag of its own, where the command has that.
    #expect(spelled(.setting("training.batchSize=12"), "train") == "--batch-size 12")
    #expect(spelled(.setting("training.batchSize=12"), "compare") == "--set training.batchSize=12")
    #expect(spelled(.setting("method.name=unimodal"), "train") == "--method unimodal")
    #expect(spelled(.setting("method.name=unimodal"), "compare") == "--methods unimodal")
    #expect(spelled(.setting("data=DIR"), "config", "check") == "--data DIR")
  }

  /// A command that has no such flag keeps the library's words.
  @Test func whatTheCommandLacks() {
    #expect(spelled(.setting("levels=[class]"), "predict") == "levels=[class]")
    #expect(spelled(.argument("maxCorrupt=N"), "predict") == "--max-corrupt N")
    #expect(spelled(.argument("maxCorrupt=N"), "train") == "maxCorrupt=N")
    #expect(spelled(.argument("folder"), "train") == "--out")
    #expect(spelled(.argument("folder"), "doctor") == "folder")
  }

  @Test func flagsAreThoseThatTheHelpLists() {
    let flags = CalledCommand(["import", "x.safetensors", "--type", "resnet18"]).flags
    #expect(flags.isSuperset(of: ["--type", "--channels", "--width", "--prefix", "--out"]))
    // The text above the list names it for another command.
    #expect(!flags.contains("--set"))
  }

  /// What the library's sentences call an argument is a flag of some command.
  @Test func everyArgumentIsAFlag() throws {
    let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "../../../Sources").standardizedFileURL.path
    let files = try #require(FileManager.default.enumerator(atPath: sources))
      .compactMap { $0 as? String }
      .filter { file in
        file.hasSuffix(".swift")
          && !["EquipoiseCLI/", "EquipoiseDisplay/"].contains(where: file.hasPrefix)
      }
    let all = Self.allFlags
    var names: Set<String> = []
    for file in files {
      let text = try String(contentsOfFile: sources + "/" + file, encoding: .utf8)
      for match in text.matches(of: /\\\(\.argument\("([A-Za-z]+)/) {
        names.insert(String(match.1))
      }
    }
    #expect(names.count > 12)
    for name in names {
      let flag = CommandLineTerms.flag(name)
      #expect(all.contains(flag), "\(name): there is no \(flag)")
    }
  }

  @Test func everyCommandThatIsNamedHasWhatIsNamed() throws {
    let terms: [Term] = [
      .runFolder, .comparisonFolder, .datasetFolder, .dataCheck, .preparingAgain,
      .recipe("manifest", input: "my clips"), .importing("channels=1"), .importing("prefix=NAME"),
    ]
    for term in terms {
      let text = spelled(term, "doctor")
      let command = try #require(text.firstMatch(of: /'equipoise ([a-z]+)/)?.1, "\(text)")
      let flags = CalledCommand([String(command)]).flags
      for flag in text.matches(of: /--[a-z-]+/) {
        #expect(flags.contains(String(flag.output)), "\(text)")
      }
    }
    #expect(
      spelled(.recipe("manifest", input: "my clips"))
        == "'equipoise prepare manifest --input 'my clips' --out DIR'")
    #expect(spelled(.importing("channels=1")) == "'equipoise import --channels 1'")
    #expect(spelled(.repeating("run")) == "repeat the run's command")
    let building = Term.byMake("build it again", target: "build")
    #expect(spelled(building) == "build it again with 'make build'")
    // A program of another package is not built by this one's make.
    #expect(CommandLineTerms(flags: [], isMade: false).spelled(building) == "build it again")
  }

  private static var allFlags: Set<String> {
    EquipoiseCommand.configuration.subcommands.reduce(into: []) { flags, command in
      let name = command.configuration.commandName ?? ""
      flags.formUnion(CalledCommand([name]).flags)
      for inner in command.configuration.subcommands {
        flags.formUnion(CalledCommand([name, inner.configuration.commandName ?? ""]).flags)
      }
    }
  }
}

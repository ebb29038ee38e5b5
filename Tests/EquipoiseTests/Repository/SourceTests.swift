// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Rules for the sources that no compiler keeps.
struct SourceTests {
  /// Foundation's errors print as a dictionary and offer no remedy: only `FileSystem` and its neighbours
  /// ask Foundation for what can fail, and turn its errors into sentences.
  @Test func noErrorOfFoundationReachesTheUser() throws {
    let throwing = [
      "try FileManager.default", "try Data(contentsOf", "try String(contentsOf",
    ]
    for (file, text) in try Self.sources where file.hasSuffix(".swift") {
      for call in throwing where text.contains(call) {
        Issue.record("\(file) has '\(call)': use FileSystem")
      }
    }
  }

  /// Foundation's `deletingLastPathComponent` of a path ends the process on a name of one letter.
  @Test func pathsOfOneLetter() throws {
    for (file, text) in try Self.sources
    where text.contains("as NSString).deletingLastPathComponent") {
      Issue.record("\(file): use FileSystem.folder(of:)")
    }
  }

  /// The layout of comparisons and searches is known in one place.
  @Test func oneTypeKnowsAnExperimentsFolder() throws {
    let names = try Regex(
      #""[^"]*(seed-\\\(|comparison\.json|trials\.csv|best\.yaml|run\.yaml|processes\.jsonl|curves\.csv|/trial-)"#
    )
    let exceptions = [
      "EquipoiseKit/Files/ExperimentFolder.swift", "EquipoiseCLI/Commands/DemoCommand.swift",
    ]
    for (file, text) in try Self.sources where !exceptions.contains(file) {
      for line in text.split(separator: "\n") where line.contains(names) {
        Issue.record("\(file) names a file of an experiment ('\(line)'): use ExperimentFolder")
      }
    }
  }

  /// Whoever calls the library may have no command line: what a sentence asks for is a `Term`, which only the
  /// program spells by flags and commands.
  @Test func noSentenceOfTheLibraryNamesTheCommandLine() throws {
    let speaking = ["EquipoiseCLI/", "EquipoiseDisplay/", "EquipoiseProgram/"]
    // The decoder's own flags, one of another program, and a compiler's message, which no sentence is.
    let exceptions = [
      "CEquipoiseTorch/Boundary.hpp": "#error",
      "EquipoiseDecoder/main.swift": "--version",
      "EquipoiseMedia/Exchange/DecoderLimits.swift": "\"--seconds\"",
      "EquipoiseMedia/Pool/WorkerProcess.swift": "--version",
      "EquipoisePreparation/Media/Folders/LeftOut.swift":
        "'convmv -f latin1 -t utf8 -r --notest DIR'",
    ]
    let words = try Regex(
      #""([^"]*[^\w"-])?--[a-z]|"[^"]*(['`]equipoise [a-z]|'make [a-z]|\bcommands?\b(?!\))|\b[Ff]lags?\b(?!\)))[^"]*""#
    )
    var naming: Set<String> = []
    for (file, text) in try Self.sources
    where !speaking.contains(where: file.hasPrefix) {
      for line in text.split(separator: "\n")
      where line.contains(words) && !line.contains(/^ *(\/\/|\/?\*)/) {
        if let known = exceptions[file], line.contains(known) {
          naming.insert(file)
        } else {
          Issue.record("\(file) names the command line ('\(line)'): use Term")
        }
      }
    }
    for file in exceptions.keys where !naming.contains(file) {
      Issue.record("\(file) names no flag any more: remove the exception")
    }
  }

  /// What `Formats/Storage` writes reaches the disk in an order that a power cut cannot harm; nothing else
  /// writes, but these.
  @Test func nothingElseWrites() throws {
    let exceptions = [
      "EquipoiseCLI/Doctor/MachineChecks.swift":
        "a file that shows whether the folder can be written to",
      "EquipoiseKit/Processes/ChildProcess.swift": "the output of a program",
      "EquipoiseKit/Processes/ProcessLock.swift": "a lock, which means nothing after a restart",
      "EquipoiseFormats/Memory/SpilledBytes.swift": "memory that lies on the disk and has no name",
    ]
    let calls = try Regex(
      #"createFile|createDirectory|createSymbolicLink|moveItem|copyItem|removeItem|replaceItem"#
        + #"|linkItem|trashItem|FileHandle\(for(Writing|Updating)|write\(toFile|OutputStream"#
        + #"|write\(to: *URL|\bO_(CREAT|WRONLY|RDWR|TRUNC|APPEND)\b|mkstemp|mkdtemp|mkostemp"#
        + #"|(^|[^.\w])(rename|renameat2?|unlink|unlinkat|mkdir|mkdirat|rmdir|symlink|link|fopen"#
        + #"|freopen|creat|truncate|ftruncate|pwrite|mknod|mkfifo)\("#)
    var writing: Set<String> = []
    for (file, text) in try Self.sources {
      let code = text.split(separator: "\n").filter {
        !$0.contains(/^ *(\/\/|\*)/) && !$0.contains("truncate(to")
      }
      guard let line = code.first(where: { $0.contains(calls) }) else { continue }
      writing.insert(file)
      guard exceptions[file] == nil, file != "CEquipoiseSystem/CSystem.c" else { continue }
      Issue.record("\(file) writes by itself ('\(line)'): use EquipoiseFormats/Storage")
    }
    for file in exceptions.keys where !writing.contains(file) {
      Issue.record("\(file) does not write any more: remove the exception")
    }
  }

  /// Whoever is given a single file sees its licence. What generators, other programs and former versions wrote is
  /// as they wrote it.
  @Test func everySourceFileNamesItsLicence() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "../../..").standardizedFileURL.path
    let folders = [
      ".ci", "Benchmarks", "Examples", "References", "Sources", "Tests", "scripts",
    ]
    let foreign: Set = ["EquipoiseMessages", "Goldens", "Former", "__pycache__"]
    var files = ["Package.swift"]
    for folder in folders {
      let found = try #require(FileManager.default.enumerator(atPath: "\(root)/\(folder)"))
      while let path = found.nextObject() as? String {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        guard !foreign.contains(name), !name.hasPrefix(".") else {
          found.skipDescendants()
          continue
        }
        files.append("\(folder)/\(path)")
      }
    }
    let kinds: Set = ["swift", "c", "cpp", "h", "hpp", "js", "css", "py", "sh"]
    var count = 0
    for file in files {
      let kind = URL(fileURLWithPath: file).pathExtension
      guard kinds.contains(kind) || kind.isEmpty,
        let text = try? String(contentsOfFile: "\(root)/\(file)", encoding: .utf8),
        kinds.contains(kind) || text.hasPrefix("#!")
      else { continue }
      count += 1
      let lines = text.split(separator: "\n", maxSplits: 2, omittingEmptySubsequences: false)
      let isLed = text.hasPrefix("#!") || text.hasPrefix("// swift-tools-version")
      let line = lines.dropFirst(isLed ? 1 : 0).first ?? ""
      if !line.contains("SPDX-License-Identifier: Apache-2.0") {
        Issue.record("\(file): give it the line of the licence as its first")
      }
    }
    #expect(count > 900)
  }

  /// All sources outside the folder that may do what others may not, by their paths in `Sources`.
  private static var sources: [(file: String, text: String)] {
    get throws {
      let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appending(path: "../../../Sources").standardizedFileURL.path
      let files = try #require(FileManager.default.enumerator(atPath: sources))
        .compactMap { $0 as? String }
        .filter { file in
          [".swift", ".c", ".cpp", ".hpp"].contains { file.hasSuffix($0) }
            && !file.hasPrefix("EquipoiseFormats/Storage/") && !file.hasPrefix("EquipoiseMessages/")
        }
      #expect(files.count > 400)
      return try files.map {
        ($0, try String(contentsOfFile: sources + "/" + $0, encoding: .utf8))
      }
    }
  }
}

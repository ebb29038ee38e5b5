// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Equipoise
import Foundation
import Testing

@testable import EquipoiseCLI

/// Numbers that programs trip over as values of flags, in this process, which a trap would end.
struct NumbersOfFlagsTests {
  private static let numbers = [
    "0", "-1", "-3", "1e300", "nan", "inf", "2147483648", "4611686018427387904",
    "9223372036854775807", "-9223372036854775808",
  ]

  /// Command lines that end before anything is made, for want of a dataset or a run, and their flags.
  private static let flags: [(String, [String])] = [
    (
      "train --data absent --out absent",
      [
        "--epochs", "--batch-size", "--learning-rate", "--seed", "--threads", "--max-steps",
        "--checkpoint-every", "--dry-run",
      ]
    ),
    ("evaluate absent", ["--threads"]),
    ("predict absent absent", ["--threads", "--batch-size", "--workers", "--max-corrupt"]),
    ("import absent --out absent", ["--channels", "--width"]),
    (
      "compare --data absent --out absent --methods joint",
      ["--epochs", "--jobs", "--memory", "--seeds"]
    ),
    (
      "sweep --data absent --out absent --methods joint --random training.optimiser.momentum=0..0.5",
      ["--trials", "--search-seed", "--jobs", "--epochs"]
    ),
    ("watch absent", ["--port", "--interval"]),
    ("prepare arrays --input absent --out absent", ["--workers", "--max-corrupt"]),
    ("data preview absent --out absent", ["--per-class"]),
    (
      "benchmark --method absent --python none",
      [
        "--batch", "--size", "--classes", "--threads", "--rounds", "--steps",
      ]
    ),
  ]

  @Test(arguments: flags.flatMap { line, flags in flags.map { (line, $0) } })
  func endsWithASentence(_ line: String, _ flag: String) throws {
    for number in Self.numbers {
      let arguments = line.split(separator: " ").map(String.init) + [flag, number]
      let error = #expect(throws: (any Error).self, "\(flag) \(number)") {
        var command = try EquipoiseCommand.parseAsRoot(NegativeNumbers.joined(arguments))
        try command.run()
      }
      guard let error else { continue }
      let text = ErrorReport.line(error) + EquipoiseCommand.message(for: error)
      #expect(!text.isEmpty && !text.contains("issing value"), "\(flag) \(number): \(text)")
    }
    #expect(!FileManager.default.fileExists(atPath: "absent"))
  }

  @Test func negativeNumbersAreValues() {
    let joined = NegativeNumbers.joined
    #expect(joined(["train", "--epochs", "-3"]) == ["train", "--epochs=-3"])
    #expect(
      joined(["--learning-rate", "-1e-3", "--quiet"]) == ["--learning-rate=-1e-3", "--quiet"])
    #expect(joined(["--epochs", "3", "-4"]) == ["--epochs", "3", "-4"])
    #expect(joined(["--epochs=2", "-3"]) == ["--epochs=2", "-3"])
    #expect(joined(["--", "--a", "-3"]) == ["--", "--a", "-3"])
  }

  @Test(arguments: [
    ("val", Split.validation), ("valid", .validation), ("dev", .validation),
    ("Validation", .validation), ("train", .train), ("training", .train), ("testing", .test),
  ])
  func wordsForSplits(_ word: String, _ split: Split) { #expect(Split(argument: word) == split) }
}

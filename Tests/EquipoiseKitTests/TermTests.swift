// SPDX-License-Identifier: Apache-2.0
import EquipoiseKit
import Testing

/// What sentences ask for, in the library's words. `CommandLineTermsTests` has the program's.
struct TermTests {
  @Test(
    arguments: [
      (.setting("levels=[class, group]"), "levels=[class, group]"),
      (.argument("maxCorrupt"), "maxCorrupt"), (.argument("maxCorrupt=N"), "maxCorrupt=N"),
      (.runFolder, "the folder of a run"), (.comparisonFolder, "the folder of a comparison"),
      (.datasetFolder, "the folder of a prepared dataset"), (.dataCheck, "a check of the data"),
      (.recipe("manifest", input: "clips"), "the recipe 'manifest'"),
      (.preparingAgain, "prepare the dataset again"), (.repeating("run"), "repeat the run"),
      (.importing("channels=1"), "an import of the weights with channels=1"),
      (.byMake("build it again", target: "build"), "build it again"),
    ] as [(Term, String)])
  func plain(term: Term, words: String) {
    #expect(term.plain == words)
    // Nobody has said otherwise.
    #expect("or \(term), if you will" == "or \(words), if you will")
  }
}

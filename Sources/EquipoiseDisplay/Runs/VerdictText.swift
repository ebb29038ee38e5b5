// SPDX-License-Identifier: Apache-2.0
package import Equipoise
import EquipoiseFormats

/// A verdict as commands end with it: what it says, and the commands that follow from it.
package struct VerdictText {
  package let verdict: Verdict
  /// The commands that follow, each with what it is for.
  var next: [(command: String, purpose: String)] = []

  /// The sentences, then the commands.
  package var text: String {
    let style = Style.output
    let sentences = verdict.sentences
    let lines =
      ["", style.bold("Verdict: " + (sentences.first ?? ""))] + sentences.dropFirst()
      + next.map { "Next: \($0.command)  (\($0.purpose))" }
    return lines.map { $0 + "\n" }.joined()
  }
}

extension VerdictText {
  /// The verdict on one training; `nil` for models of one modality.
  ///
  /// - Parameters:
  ///   - folder: the run's folder.
  ///   - configuration: its configuration.
  ///   - report: its scores.
  ///   - isTest: whether those are of the test split.
  package init?(
    _ folder: String, _ configuration: RunConfiguration, _ report: EvaluationReport, isTest: Bool
  ) {
    let seed = Int(exactly: configuration.runtime.seed) ?? 0
    let isBalanced = configuration.method.name != Joint.name
    guard
      let verdict = Verdict(
        [.init(Repetition(seed: seed), report)],
        alone: RunsAlone.beside(RunFolder(folder), isTest: isTest), isBalanced: isBalanced)
    else { return nil }
    self.verdict = verdict
    let parent = FileSystem.folder(of: folder)
    func beside(_ name: String) -> String {
      "--out " + ShellWord.quoted(parent == "." ? name : "\(parent)/\(name)")
    }
    // A file with a method's settings serves no other method; as an entry of a comparison it needs none.
    let file = ShellWord.quoted(folder + "/config.yaml")
    let entry = "equipoise compare --entry \(configuration.method.name)=\(file)"
    next = verdict.next.flatMap { step -> [(String, String)] in
      switch step {
      case .trainAlone where isBalanced:
        [("\(entry) --seeds \(seed) \(beside("comparison"))", "what each modality reaches alone")]
      case .trainAlone:
        verdict.modalities.filter { $0.alone == nil }.map { modality in
          let name = ShellWord.quoted(modality.name)
          return (
            "equipoise train --config \(file) --method unimodal --modalities \(name) "
              + beside(modality.name + "-alone"), "what '\(modality.name)' reaches alone"
          )
        }
      case .balance:
        [
          (
            "equipoise train --config \(file) --method aim \(beside("aim"))",
            "balances; --dry-run 3 in place of --out says what a step costs"
          )
        ]
      case .repeatSeeds where isBalanced:
        [("\(entry) --seeds 0..4 \(beside("comparison"))", "five seeds, with intervals")]
      case .repeatSeeds:
        [
          (
            "equipoise compare --config \(file) --methods joint,aim --seeds 0..4 \(beside("comparison"))",
            "five seeds, with intervals"
          )
        ]
      }
    }
  }
}

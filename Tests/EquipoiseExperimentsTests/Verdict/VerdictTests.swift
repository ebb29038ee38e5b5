// SPDX-License-Identifier: Apache-2.0
import EquipoiseMetrics
import EquipoiseModels
import EquipoiseTraining
import Foundation
import Testing

@testable import EquipoiseExperiments

/// Numbers by hand; t of 2 degrees of freedom is 4.302653 at 97.5 %.
@Suite struct VerdictTests {
  @Test func neglectIsAloneMinusInside() throws {
    let joint = try trainings([
      (0, 0.90, ["audio": 0.80, "visual": 0.40]), (1, 0.88, ["audio": 0.76, "visual": 0.50]),
      (2, 0.92, ["audio": 0.78, "visual": 0.45]),
    ])
    let alone = [
      "audio": try trainings([(0, 0.82, [:]), (1, 0.80, [:]), (2, 0.78, [:])]),
      "visual": try trainings([(0, 0.96, [:]), (1, 0.97, [:]), (2, 0.95, [:])]),
    ]
    let verdict = try #require(Verdict(joint, alone: alone))
    #expect(verdict.measure == "accuracy")
    #expect(verdict.modalities.map(\.name) == ["visual", "audio"])
    let (visual, audio) = (verdict.modalities[0], verdict.modalities[1])
    // Differences .56, .47, .50: mean .51, deviation √(.0021) = .0458258, reach 4.302653 · .0458258 / √3.
    let neglect = try #require(visual.neglect)
    #expect(abs(neglect.mean - 0.51) < 1e-12 && neglect.trainings == 3 && neglect.isClear)
    let interval = try #require(neglect.interval)
    #expect(abs(interval.lower - (0.51 - 0.1138378)) < 1e-6)
    #expect(abs(interval.upper - (0.51 + 0.1138378)) < 1e-6)
    // Differences .02, .04, 0: mean .02, reach 4.302653 · .02 / √3 > .02.
    #expect(audio.neglect?.isClear == false)
    #expect(visual.beatsFusion && !audio.beatsFusion)
    #expect(verdict.next == [.balance])
    #expect(
      verdict.sentences == [
        "'visual' is neglected by 51.0 points (45.0 % inside, 96.0 % alone; 95 % interval 39.6 to 62.4).",
        "'visual' alone beats all modalities together: 96.0 % against 90.0 %.",
      ])
  }

  @Test func gainIsWhatAnotherGivesBack() throws {
    let alone = ["a": try trainings([(0, 0.9, [:])]), "b": try trainings([(0, 0.9, [:])])]
    let joint = try #require(
      Verdict(try trainings([(0, 0.88, ["a": 0.3, "b": 0.9])]), alone: alone))
    let other = try #require(
      Verdict(try trainings([(0, 0.86, ["a": 0.5, "b": 0.7])]), alone: alone))
    #expect(
      joint.gain(of: other, named: "aim")
        == "'aim' gives back 20.0 points of the 60.0 points by which 'a' is neglected; together 86.0 % against 88.0 % (−2.0 points)."
    )
    #expect(
      other.gain(of: joint, named: "joint")
        == "'joint' neglects 'a' by 20.0 points more and gives back 20.0 points of the 20.0 points by which 'b' is "
        + "neglected; together 88.0 % against 86.0 % (+2.0 points).")
  }

  /// One training says nothing of seeds: then the samples must not explain the difference.
  @Test func oneTrainingIsJudgedByItsSamples() throws {
    func neglect(_ inside: Double, samples: Int) throws -> Verdict.Neglect {
      let verdict = try #require(
        Verdict(
          try trainings([(0, 0.9, ["a": inside, "b": 0.9])], samples: samples),
          alone: [
            "a": try trainings([(0, 0.6, [:])]), "b": try trainings([(0, 0.9, [:])]),
          ]))
      return try #require(verdict.modalities.first { $0.name == "a" }?.neglect)
    }
    // 1.96 √((.25 + .24) / 100) = .137.
    #expect(try neglect(0.5, samples: 100).isClear == false)
    #expect(try neglect(0.45, samples: 100).isClear == true)
    #expect(try neglect(0.5, samples: 10_000).isClear == true)
    #expect(try neglect(0.5, samples: 100).interval == nil)
  }

  @Test func whatIsUnknownIsSaid() throws {
    let joint = try trainings([(3, 0.9, ["a": 0.3, "b": 0.26])])
    let verdict = try #require(Verdict(joint, alone: [:]))
    #expect(verdict.next == [.trainAlone])
    #expect(verdict.chance == 0.25)
    #expect(
      verdict.sentences == [
        "Inside the model 'a' 30.0 % and 'b' 26.0 %, together 90.0 %.",
        "Inside the model 'a' is at chance (30.0 %; 25.0 % for knowing nothing).",
        "Inside the model 'b' is at chance (26.0 %; 25.0 % for knowing nothing).",
        "What 'a' and 'b' reach alone is not known, so whether they are neglected is not, either.",
      ])
    // Of another seed it is known what it reaches, and not by how much this training falls short.
    let other = try #require(Verdict(joint, alone: ["a": try trainings([(0, 0.5, [:])])]))
    #expect(other.modalities.first { $0.name == "a" }?.alone?.mean == 0.5)
    #expect(other.modalities.first { $0.name == "a" }?.neglect == nil)
    #expect(Verdict([], alone: [:]) == nil)
    #expect(Verdict(try trainings([(0, 0.9, ["a": 0.3])]), alone: [:]) == nil)
  }

  /// Chance is the largest class's share where the confusion matrix tells it.
  @Test func chanceIsThatOfTheLargestClass() throws {
    let matrix = try #require(
      ConfusionMatrix(
        classes: 4, labels: [0, 0, 1], predictions: [0, 1, 1], counts: [50, 20, 30]))
    let verdict = try #require(
      Verdict(
        try trainings([(0, 0.9, ["a": 0.72, "b": 0.9])]), alone: [:], confusion: matrix))
    #expect(verdict.chance == 0.7)
    #expect(verdict.modalities.first { $0.name == "a" }?.isAtChance == true)
    #expect(verdict.modalities.first { $0.name == "b" }?.isAtChance == false)
  }

  /// Folds share training samples: their interval is the corrected one.
  @Test func foldsAreCorrected() throws {
    func trainings(_ scores: [(Double, [String: Double])]) throws -> [Verdict.Training] {
      try scores.enumerated().map { fold, score in
        Verdict.Training(
          Repetition(fold: fold, seed: 0), try report(score.0, score.1, samples: 100))
      }
    }
    let verdict = try #require(
      Verdict(
        try trainings([
          (0.9, ["a": 0.4, "b": 0.9]), (0.9, ["a": 0.5, "b": 0.9]), (0.9, ["a": 0.45, "b": 0.9]),
        ]),
        alone: ["a": try trainings([(0.96, [:]), (0.97, [:]), (0.95, [:])])], folds: 3))
    let interval = try #require(verdict.modalities[0].neglect?.interval)
    // As above, by √(1/3 + 1/2) in place of √(1/3).
    #expect(abs(interval.upper - (0.51 + 4.302653 * 0.0458258 * (5.0 / 6).squareRoot())) < 1e-6)
  }

  // MARK: Scores

  private func trainings(
    _ scores: [(Int, Double, [String: Double])], samples: Int = 100
  ) throws -> [Verdict.Training] {
    try scores.map { seed, fused, modalities in
      Verdict.Training(Repetition(seed: seed), try report(fused, modalities, samples: samples))
    }
  }

  /// A report as a run's file holds it.
  private func report(
    _ accuracy: Double, _ modalities: [String: Double], samples: Int
  ) throws -> EvaluationReport {
    let inside = modalities.mapValues {
      ["slice": $0, "zeroOut": $0, "sliceMacroF1": $0, "zeroOutMacroF1": $0]
    }
    let object: [String: Any] = [
      "samples": samples, "accuracy": accuracy, "macroF1": accuracy, "weightedF1": accuracy,
      "meanAveragePrecision": accuracy, "loss": 1, "perClassAccuracy": [1, 1, 1, 1],
      "modalities": inside,
    ]
    return try JSONDecoder().decode(
      EvaluationReport.self, from: JSONSerialization.data(withJSONObject: object))
  }
}

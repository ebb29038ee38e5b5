// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import Foundation
import Testing

/// What the user reads when a comparison or a search is asked for in a way that makes no sense.
@Suite struct ExperimentMistakeTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try TinyDataset.write(to: folder.file("data"))
  }

  @Test(arguments: comparisons + searches)
  func isToldInOneLine(_ mistake: BadInputTests.Mistake) throws {
    let arguments = mistake.arguments.split(separator: " ")
      .map { $0.replacingOccurrences(of: "DIR", with: folder.path) }
    let outcome = try CommandLineTool.run(arguments)
    let errors = outcome.errors.replacingOccurrences(of: folder.path, with: "DIR")
    #expect(errors == "error: \(mistake.message)\n")
    #expect(outcome.status == mistake.status)
    #expect(outcome.output.isEmpty)
  }

  private static let comparisons = [
    BadInputTests.Mistake(
      "compare --data DIR/data --methods joint", status: 64,
      "no folder for the runs is given; add --out DIR"),
    BadInputTests.Mistake(
      "compare --data DIR/data --out DIR/out", status: 64,
      "nothing to compare is named; add --methods joint,aim or --entry"),
    BadInputTests.Mistake(
      "compare --methods joint --out DIR/out",
      "entry 'joint': no dataset is given; add --data DIR or 'data: DIR'"),
    BadInputTests.Mistake(
      "compare --data DIR/data --methods joint,aimm --out DIR/out",
      "entry 'aimm': --methods: method.name is 'aimm'; did you mean 'aim'?"),
    BadInputTests.Mistake(
      "compare --data DIR/data --entry x=joint,method.warmupEpochs=2 --out DIR/out",
      """
      entry 'x': --set: 'method.warmupEpochs' does not apply to the method 'joint'; it belongs to 'opm', \
      'greedy', 'smv'; 'joint' has no settings
      """),
    BadInputTests.Mistake(
      "compare --data DIR/data --entry x --out DIR/out", status: 64,
      """
      the value 'x' is invalid for '--entry <name=method,key=value|name=file.yaml>'; see \
      'equipoise compare --help'
      """),
    BadInputTests.Mistake(
      "compare --data DIR/data --methods joint,joint --out DIR/out",
      """
      --entry: two entries are called 'joint'; give one of them another name: --entry NAME=METHOD,…
      """),
    BadInputTests.Mistake(
      "compare --data DIR/data --methods joint,unimodal --out DIR/out",
      """
      entry 'unimodal': modalities: unimodal training takes one modality, and this model has audio, \
      motion; choose one, for example --set modalities=audio
      """),
    BadInputTests.Mistake(
      "compare --data DIR/data --methods joint --baseline jiont --out DIR/out",
      "--baseline: there is no entry 'jiont'; did you mean 'joint'?"),
    BadInputTests.Mistake(
      "compare --data DIR/data --methods joint --seeds 0,0 --out DIR/out", status: 64,
      """
      --seeds 0,0 is not a list of different numbers from 0; for example --seeds 0,1,2 or 0..4
      """),
    BadInputTests.Mistake(
      "compare --data DIR/data --methods joint --memory lots --out DIR/out", status: 64,
      "--memory lots is not a size; for example --memory 8G or 512M"),
    BadInputTests.Mistake(
      "compare --data DIR/data --methods joint --jobs 0 --out DIR/out", status: 64,
      "--jobs takes a number from 1"),
    BadInputTests.Mistake(
      "compare --table-only --out DIR/data",
      """
      DIR/data: the folder holds no comparison; name the folder given to 'equipoise compare --out'
      """),
    BadInputTests.Mistake(
      "compare --data DIR/data --methods joint --set runtime.seed=3 --out DIR/out",
      "entry 'joint': --set runtime.seed: every run has a seed of its own; use --seeds"),
    BadInputTests.Mistake(
      "compare --data DIR/data --methods joint --set runtime.maxSteps=3 --out DIR/out",
      "entry 'joint': --set runtime.maxSteps: a run that stops early has no result; use --epochs"),
  ]

  private static let searches = [
    BadInputTests.Mistake(
      "sweep --data DIR/data --methods joint --out DIR/out", status: 64,
      "there is no end to the search; add --trials N or --budget TIME, or --grid KEY=V1,V2 alone"),
    BadInputTests.Mistake(
      "sweep --data DIR/data --grid training.batchSize=4,8 --out DIR/out", status: 64,
      "no methods are named, or one twice; add --methods joint,aim"),
    BadInputTests.Mistake(
      "sweep --data DIR/data --methods joint --grid training.batchSize --out DIR/out",
      """
      --grid training.batchSize: not of the form KEY=VALUES; for example: --grid \
      training.batchSize=32,64
      """),
    BadInputTests.Mistake(
      "sweep --data DIR/data --methods joint --grid training.batchSizes=4,8 --out DIR/out",
      """
      --grid training.batchSizes (for 'joint'): unknown key 'training.batchSizes'; did you mean \
      'batchSize'?
      """),
    BadInputTests.Mistake(
      "sweep --data DIR/data --methods joint --random training.batchSize=8..4 --out DIR/out",
      """
      --random training.batchSize=8..4: not of the form KEY=LOW..HIGH or KEY=LOW..HIGH(log) with \
      LOW < HIGH; for example: --random 'training.optimiser.learningRate=1e-4..1e-1(log)'
      """),
    BadInputTests.Mistake(
      "sweep --data DIR/data --methods joint --random training.epochs=1..9223372036854775807 --out DIR/out",
      """
      --random training.epochs=1..9223372036854775807: the bounds are beyond 1e15; for example: --random \
      'training.optimiser.learningRate=1e-4..1e-1(log)'
      """),
    BadInputTests.Mistake(
      "sweep --data DIR/data --methods joint --random training.gradientClip=1..4 --out DIR/out",
      "--random: a range has no end of values; add --trials N"),
    BadInputTests.Mistake(
      "sweep --data DIR/data --methods joint,aim --grid aim:method.lambda=1,2 --out DIR/out",
      """
      --grid: the methods have different numbers of trials: aim 2, joint 1; add --trials 1, which \
      draws as many points for each
      """),
    BadInputTests.Mistake(
      "sweep --data DIR/data --methods joint --grid aim:method.lambda=1,2 --out DIR/out",
      "--grid: 'aim:method.lambda' is for a method that is not searched; add it to --methods"),
    BadInputTests.Mistake(
      "sweep --data DIR/data --methods aim --grid method.lambda=1,2 --grid method.lambda=3 --out DIR/out",
      "--grid: 'method.lambda' is searched twice; keep one of them"),
    BadInputTests.Mistake(
      "sweep --data DIR/data --methods joint --grid runtime.seed=1,2 --out DIR/out",
      "trial runtime.seed=1 of 'joint': every run has a seed of its own; use --seeds"),
    BadInputTests.Mistake(
      "sweep --data DIR/data --methods joint --grid training.batchSize=4 --trials 2 --out DIR/out",
      """
      --trials 2: the search has only 1 points for 'joint'; ask for fewer trials, which are the same \
      number for every method, or add values
      """),
  ]
}

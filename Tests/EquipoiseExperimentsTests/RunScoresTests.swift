// SPDX-License-Identifier: Apache-2.0
import EquipoiseRunTestSupport
import EquipoiseTestSupport
import EquipoiseTraining
import Testing

@testable import EquipoiseExperiments
@testable import EquipoiseKit

struct RunScoresTests {
  /// The scores of a run are those on the test split; without it those on validation.
  @Test func theTestSplitCountsWhereItWasRead() throws {
    let tiny = try TinyRun()
    try tiny.train("with")
    let with = try #require(try RunScores(in: RunFolder(tiny.folder.file("with"))))
    let result = try #require(try RunScores.result(in: RunFolder(tiny.folder.file("with"))))
    #expect(with.isTest && with.report.loss == result.test?.loss)
    #expect(result.test?.loss != result.validation.loss)
    #expect(with.seed == 0 && with.method == "joint" && with.selectedBy == "accuracy")

    tiny.configuration.evaluation.test = false
    try tiny.train("without")
    let without = try #require(try RunScores(in: RunFolder(tiny.folder.file("without"))))
    #expect(!without.isTest && without.report.loss == result.validation.loss)
  }

  @Test func aRunThatIsNotFinishedHasNone() throws {
    let tiny = try TinyRun()
    try tiny.train("run", maxSteps: 2)
    #expect(try RunScores(in: RunFolder(tiny.folder.file("run"))) == nil)
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import Equipoise
internal import Foundation

/// One run: what the page shows of it alone, and what its group's means are made of.
struct ReportRun: Encodable {
  let path: String
  let seed: Int?
  let method: String
  let dataset: String
  let classes: [String]
  /// `false` while the run is under way.
  let isFinished: Bool
  let isTest: Bool
  let bestEpoch: Int?
  let confusion: ConfusionMatrix?
  let configuration: [[String]]
  let environment: RunEnvironment?
  /// The loss over learning rates, where they were tried.
  let learningRates: LearningRateCurve?

  /// The numbers of `metrics.jsonl`.
  let records: [MetricsRecord]
  /// The scores, on the test split where there is one; `nil` while the run is under way.
  let report: EvaluationReport?
  let seconds: Double?
  /// The dataset, where it is still there.
  let description: DatasetDescription?

  private enum CodingKeys: String, CodingKey {
    case path, seed, method, dataset, classes, isFinished, isTest, bestEpoch, confusion
    case configuration, environment, learningRates
  }

  /// Reads a run, finished or not.
  ///
  /// - Throws: `EquipoiseError` for damaged files.
  init(_ folder: RunFolder) throws {
    path = folder.path
    let settings = try RunConfiguration.saved(in: folder)
    method = settings.method.name
    seed = Int(exactly: settings.runtime.seed)
    configuration = try settings.flattened()
    description =
      try CarriedDataset(in: folder)?.description()
      ?? (try? PreparedDataset(folder: settings.data).description)
    dataset = description?.name ?? (settings.data as NSString).lastPathComponent
    classes = description?.outputs ?? []
    records = try MetricsRecord.read(folder.metrics)
    let result = try RunScores.result(in: folder)
    report = result?.test ?? result?.validation
    isFinished = report != nil
    isTest = result?.test != nil
    bestEpoch = result?.bestEpoch
    // Former versions wrote it with the rest.
    confusion = try report.flatMap {
      try $0.confusion ?? ConfusionFile.read(result?.test == nil ? .validation : .test, in: folder)
    }
    seconds = result?.seconds
    environment = try? RunEnvironment.saved(in: folder)
    learningRates = try LearningRateCurve.read(in: folder)
  }

  /// Its scores as the verdict takes them; `nil` while it is under way.
  var training: Verdict.Training? {
    guard let report, let seed else { return nil }
    return Verdict.Training(Repetition(fold: fold, seed: seed), report)
  }

  /// The fold of a cross-validation that it was tested on.
  private var fold: Int? { setting("evaluation.fold").flatMap(Int.init) }

  /// What its modalities are told apart by.
  var measure: Score { .measure(of: task) }

  private var task: LearningTask {
    if let report { return report.task }
    return LearningTask.allCases.first { task in
      records.contains { $0[.validation(Score.measure(of: task).name)] != nil }
    } ?? .classification
  }

  /// The names of the modalities that it was scored by.
  var modalities: Set<String> { Set(records.flatMap(\.modalities)) }

  /// A setting's text.
  func setting(_ key: String) -> String? { configuration.first { $0.first == key }?.last }
}

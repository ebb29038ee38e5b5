internal import Equipoise
internal import Foundation

/// One run as the page knows it.
struct ReportRun: Encodable {
  let path: String
  let seed: Int?
  let method: String
  let modalities: [String]?
  let dataset: String
  let classes: [String]
  /// The numbers of `metrics.jsonl`, a list over epochs by dotted name.
  let epochs: [Int]
  let columns: [String: [Double?]]
  /// The scores, on the test split where there is one; `nil` while the run is under way.
  let report: EvaluationReport?
  let isTest: Bool
  let bestEpoch: Int?
  let seconds: Double?
  let configuration: [[String]]
  let environment: RunEnvironment?

  /// Reads a run, finished or not.
  ///
  /// - Throws: `EquipoiseError` for damaged files.
  init(_ folder: RunFolder) throws {
    path = folder.path
    let settings = try RunConfiguration.saved(in: folder)
    (method, modalities) = (settings.method.name, settings.modalities)
    seed = Int(exactly: settings.runtime.seed)
    configuration = try settings.flattened()
    let description = try? PreparedDataset(folder: settings.data).description
    dataset = description?.name ?? (settings.data as NSString).lastPathComponent
    classes = description?.classes ?? []

    let records = Self.thinned(try MetricsRecord.read(folder.metrics))
    epochs = records.map(\.epoch)
    let names = Set(records.flatMap { $0.numbers.map(\.name) }).subtracting(["epoch"])
    columns = Dictionary(
      uniqueKeysWithValues: names.filter { !$0.contains(".shapley.accuracies.") }.map { name in
        (name, records.map { $0[name].flatMap(Self.rounded) })
      })

    let result = try RunScores.result(in: folder)
    report = result?.test ?? result?.validation
    isTest = result?.test != nil
    bestEpoch = result?.bestEpoch
    seconds = result?.seconds ?? records.last?["seconds"]
    environment = try? RunEnvironment.saved(in: folder)
  }

  /// Long runs: no more epochs than a plot can show, the last among them.
  private static func thinned(_ records: [MetricsRecord]) -> [MetricsRecord] {
    let step = max(1, (records.count + 299) / 300)
    return records.indices.filter { $0 % step == 0 || $0 == records.count - 1 }.map { records[$0] }
  }

  /// Six digits are enough to read and to plot; what is not finite has no place on an axis.
  private static func rounded(_ value: Double) -> Double? {
    guard value.isFinite, value != 0 else { return value == 0 ? 0 : nil }
    let unit = pow(10, 5 - floor(log10(abs(value))))
    let rounded = (value * unit).rounded() / unit
    return rounded.isFinite ? rounded : value
  }
}

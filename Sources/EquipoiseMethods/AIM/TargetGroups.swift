// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseModels
import EquipoiseTorch

/// The groups of a regression: for each target a prototype for each bin of its training values.
final class TargetGroups: PrototypeGroups {
  let count: Int
  private let assignment: TargetAssignment
  private let scale: TargetScale
  /// The first prototype of each target and of the end.
  private let starts: [Int]
  /// The largest value of each bin but the last, by target: [K − 1].
  private let edges: [Buffer]
  /// c: the mean value of each bin, by target: [K].
  private let centres: [Buffer]
  /// The mean of all targets over the rows of each prototype, [ΣK, T].
  private let means: Buffer
  /// The error of the best constant for each target, standardised: [T].
  private let deviations: Buffer
  /// What is to be said of the bins.
  let notices: [String]

  /// Bins of what the training samples have.
  ///
  /// - Parameters:
  ///   - settings: how many, and what a sample's value says of them.
  ///   - setting: the run's.
  /// - Throws: `EquipoiseError` for a target that is the same in all samples.
  init(_ settings: RegressionConfiguration, _ setting: MethodSetting) throws {
    guard let scale = setting.objective.scale, !setting.targets.isEmpty else {
      preconditionFailure("a regression without its training targets")
    }
    (assignment, self.scale) = (settings.assignment, scale)
    let columns = setting.targets
    let bins = columns.map { TargetBins($0, atMost: settings.bins) }
    if let constant = bins.firstIndex(where: { $0.count < 2 }) {
      throw EquipoiseError(
        .data,
        "target '\(setting.outputs[constant])' is the same in all training samples, so that there is nothing to compare",
        fix: "prepare the dataset without it")
    }
    count = bins.reduce(0) { $0 + $1.count }
    starts = bins.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
    let sample = setting.model.fusion.parameters[0].leaf
    func buffer(_ numbers: [Double], _ shape: [Int]) -> Buffer {
      Buffer(Tensor(numbers, shape: shape).to(sample.dtype).to(setting.device))
    }
    edges = bins.map { Buffer(Tensor($0.edges).to(setting.device)) }
    centres = bins.map { buffer($0.centres, [$0.count]) }
    means = buffer(Self.means(columns, bins), [count, columns.count])
    deviations = buffer(
      zip(columns, scale.deviations).map { TargetBins.meanDeviation($0) / $1 }, [columns.count])
    let few = min(3, settings.bins)
    notices = zip(setting.outputs, bins).filter { $1.count < few && $1.distinct > settings.bins }
      .map {
        "target '\($0)' has \($1.distinct) different values, but so often the same that AIM has \($1.count) bins of it"
      }
  }

  /// The mean of every target over the samples of each bin of each target, row by row.
  private static func means(_ columns: [[Float]], _ bins: [TargetBins]) -> [Double] {
    bins.flatMap { bins in
      var sums = Array(repeating: Array(repeating: 0.0, count: columns.count), count: bins.count)
      var sizes = Array(repeating: 0.0, count: bins.count)
      for (row, bin) in bins.members.enumerated() {
        for (target, column) in columns.enumerated() { sums[bin][target] += Double(column[row]) }
        sizes[bin] += 1
      }
      return zip(sums, sizes).flatMap { sums, size in sums.map { $0 / size } }
    }
  }

  var groups: Int { edges.count }

  var answers: Tensor { means.value }

  func rows(of answers: Tensor) -> [PrototypeRows] {
    edges.indices.map {
      PrototypeRows(labels: bins(of: answers, $0), count: starts[$0 + 1] - starts[$0])
    }
  }

  func measure(of answers: Tensor, known: RowPresence?) -> any BlockMeasure {
    let measures = edges.indices.map { measure(of: answers, $0, known) }
    return measures.count == 1
      ? measures[0]
      : GroupMeasure(
        parts: zip(measures, zip(starts, starts.dropFirst())).map {
          (columns: $1.0..<$1.1, measure: $0)
        })
  }

  func classifierMeasure(of answers: Tensor) -> any BlockMeasure {
    RegressorMeasure(targets: scale.standardised(answers), deviations: deviations.value)
  }

  private func measure(
    of answers: Tensor, _ target: Int, _ known: RowPresence?
  ) -> any BlockMeasure {
    switch assignment {
    case .bins: return ClassMeasure(labels: bins(of: answers, target))
    case .linear:
      let values = answers.select(target, dimension: 1)
      let own = known.map { known in
        let columns = starts[target]..<starts[target + 1]
        return RowPresence(
          rows: known.rows.filter(columns.contains).map { $0 - columns.lowerBound },
          of: columns.count, device: answers.device)
      }
      return SoftMeasure(
        assignment: SoftMeasure.interpolated(values, between: centres[target].value, known: own))
    case .mean:
      let (mean, deviation) = (scale.means[target], scale.deviations[target])
      return MeanMeasure(
        centres: (centres[target].value - mean) / deviation,
        targets: (answers.select(target, dimension: 1).to(means.value.dtype) - mean) / deviation,
        deviation: deviations.value.select(target))
    }
  }

  /// The bin of each sample, int64 [B]: how many edges its value is above.
  private func bins(of answers: Tensor, _ target: Int) -> Tensor {
    let values = answers.select(target, dimension: 1).unsqueezed(1)
    let edges = edges[target].value.to(answers.device).unsqueezed(0)
    return (values - edges).greater(than: 0).to(.int64).sum(over: [1])
  }

  // MARK: State

  private var named: [(name: String, buffer: Buffer)] {
    edges.indices.flatMap {
      [
        (name: "groups.edges.\($0)", buffer: edges[$0]),
        (name: "groups.centres.\($0)", buffer: centres[$0]),
      ]
    } + [(name: "groups.answers", buffer: means), (name: "groups.deviations", buffer: deviations)]
  }

  var state: [NamedTensor] { named.map { ($0.name, $0.buffer.value) } }

  func restore(_ saved: SavedState) throws {
    for (name, buffer) in named {
      buffer.assign(try saved.tensor(name, shape: buffer.value.shape))
    }
  }
}

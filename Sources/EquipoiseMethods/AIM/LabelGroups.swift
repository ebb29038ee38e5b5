// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseModels
import EquipoiseTorch

/// The groups of several labels: for each label the samples without it and those with it.
///
/// `pair` has a prototype for both, side by side; `shared` has one prototype for all samples, the first, which every
/// label is told apart from, and one for those with each label.
final class LabelGroups: PrototypeGroups {
  let groups: Int
  let count: Int
  let notices: [String] = []
  private let isShared: Bool
  private let weights: LabelWeights
  /// The share of the training samples that have each label.
  private let shares: [Double]
  /// The mean of all labels over the rows of each prototype, [ΣK, T].
  private let means: Buffer

  /// The most that `frequency` weighs a label by.
  private static let mostWeight = 10.0

  /// Groups of what the training samples have.
  ///
  /// - Throws: `EquipoiseError` for a label that none or all of them have.
  init(_ settings: MultilabelConfiguration, _ setting: MethodSetting) throws {
    let columns = setting.targets
    precondition(!columns.isEmpty, "several labels without their training samples")
    try Self.check(columns, setting.outputs)
    (groups, weights) = (columns.count, settings.weights)
    isShared =
      switch settings.prototypes {
      case .auto: 2 * columns.count > setting.batchSize
      case .pair: false
      case .shared: true
      }
    count = isShared ? groups + 1 : 2 * groups
    shares = columns.map { $0.reduce(0) { $0 + Double($1) } / Double($0.count) }
    let sample = setting.model.fusion.parameters[0].leaf
    means = Buffer(
      Tensor(Self.means(columns, isShared: isShared), shape: [count, groups])
        .to(sample.dtype).to(setting.device))
  }

  private static func check(_ columns: [[Float]], _ names: [String]) throws {
    for (name, column) in zip(names, columns) {
      let found = column.count { $0 == 1 }
      guard found == 0 || found == column.count else { continue }
      throw EquipoiseError(
        .data,
        "label '\(name)' is in \(found == 0 ? "none" : "all") of the training samples, so that AIM has no prototype "
          + "of the samples \(found == 0 ? "with" : "without") it",
        fix: "prepare the dataset without that label")
    }
  }

  /// The mean of every label over the rows of each prototype, row by row.
  private static func means(_ columns: [[Float]], isShared: Bool) -> [Double] {
    func mean(where isMember: (Int) -> Bool) -> [Double] {
      let rows = columns[0].indices.filter(isMember)
      return columns.map { column in
        rows.reduce(0) { $0 + Double(column[$1]) } / Double(rows.count)
      }
    }
    let present = columns.map { column in mean { column[$0] == 1 } }
    if isShared { return mean { _ in true } + present.joined() }
    let absent = columns.map { column in mean { column[$0] != 1 } }
    return zip(absent, present).flatMap { $0 + $1 }
  }

  var answers: Tensor { means.value }

  func rows(of answers: Tensor) -> [PrototypeRows] {
    let states = answers.to(.int64)
    guard isShared else {
      return (0..<groups).map { PrototypeRows(labels: states.select($0, dimension: 1), count: 2) }
    }
    let numbers = states.to(.cpu).array(of: Int.self)
    let present = numbers.indices.filter { numbers[$0] == 1 }
    return [
      PrototypeRows(labels: states.select(0, dimension: 1).zerosLike(), count: 1),
      PrototypeRows(
        rows: Tensor(present.map { $0 / groups }, shape: [present.count]).to(answers.device),
        labels: Tensor(present.map { $0 % groups }, shape: [present.count]).to(answers.device),
        count: groups),
    ]
  }

  func measure(of answers: Tensor, known: RowPresence?) -> any BlockMeasure {
    LabelMeasure(
      states: answers.to(.int64).flattened(), weights: weights(of: answers), labels: groups,
      form: isShared ? .shared : .pairs)
  }

  func classifierMeasure(of answers: Tensor) -> any BlockMeasure {
    LabelMeasure(
      states: answers.to(.int64).flattened(), weights: weights(of: answers), labels: groups,
      form: .differences)
  }

  /// ω of each sample and label, [B, T]; nil where all are alike.
  func weights(of answers: Tensor) -> Tensor? {
    let present = answers.to(means.value.dtype)
    let absent = 1 - present
    switch weights {
    case .plain: return nil
    case .balanced:
      guard groups > 1 else { return nil }
      let sizes = [present, absent].map { $0.sum(over: [1], keeping: true) }
      let parts = sizes[0].clamped(high: 1) + sizes[1].clamped(high: 1)
      return (present / sizes[0].clamped(low: 1) + absent / sizes[1].clamped(low: 1)) / parts
    case .frequency:
      func row(_ numbers: [Double]) -> Tensor {
        Tensor(numbers.map { min(Self.mostWeight, 0.5 / $0) }).to(present.dtype).to(answers.device)
      }
      return present * row(shares) + absent * row(shares.map { 1 - $0 })
    }
  }

  // MARK: State

  var state: [NamedTensor] { [("groups.answers", means.value)] }

  func restore(_ saved: SavedState) throws {
    means.assign(try saved.tensor("groups.answers", shape: means.value.shape))
  }
}

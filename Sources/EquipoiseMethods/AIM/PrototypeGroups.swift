// SPDX-License-Identifier: Apache-2.0
import EquipoiseTorch

/// What AIM's prototypes stand for: one group of classes, a group of bins for each target of a regression, or the states
/// of each label. It knows the training rows R that a prototype is the mean of, and what a sample's answer says of them.
///
/// | task | groups | prototypes of a group |
/// |---|---|---|
/// | classification | one | the classes |
/// | regression | one for each target | bins of the target's training values |
/// | several labels | one for each label | without and with the label |
protocol PrototypeGroups: AnyObject {
  /// The number of prototypes of all groups, ΣK.
  var count: Int { get }
  /// The number of groups, G.
  var groups: Int { get }
  /// ȳ of Eq. 3': what the network is to say of each prototype, as a batch has its answers.
  var answers: Tensor { get }
  /// The rows of a batch that each prototype is a mean of.
  ///
  /// - Parameter answers: of the batch, on any device.
  /// - Returns: consecutive parts of the prototypes.
  func rows(of answers: Tensor) -> [PrototypeRows]
  /// Eq. 9' and Eq. 10' on the logits of all prototypes, [B, ΣK].
  ///
  /// - Parameters:
  ///   - answers: of some samples that have a modality.
  ///   - known: which prototypes there are of that modality; nil for all.
  /// - Returns: the measure; nothing in it asks for a prototype that there is not.
  func measure(of answers: Tensor, known: RowPresence?) -> any BlockMeasure
  /// Their analogue on the outputs of a linear map for each depth and modality (AIM-label), [B, classes].
  func classifierMeasure(of answers: Tensor) -> any BlockMeasure
  /// What is to be said of them before training.
  var notices: [String] { get }
  /// What of it a checkpoint holds.
  var state: [NamedTensor] { get }
  /// Continues from a saved state.
  func restore(_ saved: SavedState) throws
}

/// The rows of a batch that some consecutive prototypes are means of.
struct PrototypeRows {
  /// The rows, int64; nil for all of the batch.
  var rows: Tensor?
  /// Which prototype each row belongs to, int64.
  let labels: Tensor
  /// The number of prototypes.
  let count: Int

  init(rows: Tensor? = nil, labels: Tensor, count: Int) {
    (self.rows, self.labels, self.count) = (rows, labels, count)
  }

  /// The sums of a batch's rows, [B, …] → [count, …].
  func sums(of batch: Tensor) -> Tensor {
    (rows.map { batch.gatheringRows($0) } ?? batch).sumsByLabel(labels, classes: count)
  }

  /// How many rows each prototype has, float64 [count].
  var sizes: Tensor { labels.oneHot(count, dtype: .float64).sum(over: [0]) }
}

/// One group: a prototype for each class.
final class ClassGroup: PrototypeGroups {
  let count: Int
  let groups = 1
  let answers: Tensor

  init(_ classes: Int, device: Device) {
    count = classes
    answers = .range(classes, device: device)
  }

  func rows(of answers: Tensor) -> [PrototypeRows] {
    [PrototypeRows(labels: answers, count: count)]
  }

  func measure(of answers: Tensor, known: RowPresence?) -> any BlockMeasure {
    ClassMeasure(labels: answers)
  }

  func classifierMeasure(of answers: Tensor) -> any BlockMeasure { ClassMeasure(labels: answers) }

  let notices: [String] = []

  var state: [NamedTensor] { [] }

  func restore(_ saved: SavedState) throws {}
}

// SPDX-License-Identifier: Apache-2.0
import EquipoiseTorch

/// X̄ of Eq. 4 for one modality: the means of the training inputs of each prototype's rows, on the host in double
/// precision. Where samples have lengths, a position's mean is over the rows that are valid there; the prototype is as
/// long as the lower median of its rows, so that at least half of them stand behind every position, and zero from there
/// on.
struct PrototypeMeans {
  private let prototypes: Int
  /// Those of a sample's whole shape, where it has steps.
  private let steps: Int
  private var sums: Tensor?
  /// Rows of each prototype, [ΣK].
  private var rows: Tensor
  /// Of them those that are valid at a position, [ΣK, steps].
  private var valid: Tensor
  /// The lengths of each prototype's rows.
  private var lengths: [[Int]]
  /// Whether positions are counted apart.
  private var countsPositions: Bool
  private var hasLengths = false

  /// Means of no row yet.
  ///
  /// - Parameters:
  ///   - prototypes: ΣK.
  ///   - steps: the first dimension of a sample's shape.
  ///   - severalLengths: whether samples differ in length. Where they have one that is less than their shape's, every
  ///     batch says so.
  init(prototypes: Int, steps: Int, severalLengths: Bool = false) {
    (self.prototypes, self.steps, countsPositions) = (prototypes, steps, severalLengths)
    rows = .zeros([prototypes], dtype: .float64)
    valid = .zeros([prototypes, steps], dtype: .float64)
    lengths = [[Int]](repeating: [], count: prototypes)
  }

  /// Takes a batch into account, whose rows belong to prototypes as `members` says.
  mutating func add(_ batch: RaggedBatch, of members: [PrototypeRows]) {
    // A batch may be shorter than the shape where samples have lengths.
    let input = batch.with(batch.tensor.to(.cpu, dtype: .float64).contiguous())
      .padded(to: steps).tensor
    let parts = Tensor.concatenated(members.map { $0.sums(of: input) }, dimension: 0)
    sums = sums.map { $0 + parts } ?? parts
    rows = rows + Tensor.concatenated(members.map(\.sizes), dimension: 0)
    if batch.lengths != nil { (hasLengths, countsPositions) = (true, true) }
    guard countsPositions else { return }
    let own = batch.lengths?.host ?? [Int](repeating: steps, count: batch.count)
    let mask = StepLengths(own).mask(steps, dtype: .float64)
    valid = valid + Tensor.concatenated(members.map { $0.sums(of: mask) }, dimension: 0)
    var first = 0
    for part in members {
      let places = part.rows?.array(of: Int.self) ?? Array(0..<batch.count)
      for (place, label) in zip(places, part.labels.array(of: Int.self)) {
        lengths[first + label].append(own[place])
      }
      first += part.count
    }
  }

  /// The prototypes that some row stands behind, in order.
  var known: [Int] {
    let counts = rows.array(of: Double.self)
    return counts.indices.filter { counts[$0] > 0 }
  }

  /// [ΣK, sample shape] and, where some sample was shorter than its shape, each prototype's length.
  var result: (means: Tensor, lengths: [Int]?) {
    guard let sums else { preconditionFailure("means of no batch") }
    guard hasLengths else {
      let shape = [prototypes] + sums.shape.dropFirst().map { _ in 1 }
      // A prototype without rows is zeros, and is not used.
      return (sums / rows.clamped(low: 1).reshaped(shape), nil)
    }
    let medians = lengths.map { own in own.isEmpty ? 1 : own.sorted()[(own.count - 1) / 2] }
    let shape = [prototypes, steps] + sums.shape.dropFirst(2).map { _ in 1 }
    let mask = StepLengths(medians).mask(steps, dtype: .float64).reshaped(shape)
    return (sums / valid.clamped(low: 1).reshaped(shape) * mask, medians)
  }
}

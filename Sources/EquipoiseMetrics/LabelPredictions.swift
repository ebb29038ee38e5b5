// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Predictions of several labels, each there or not, beside what is right: what scores of multilabel are computed
/// from.
public struct LabelPredictions: Sendable {
  /// One label of every sample in which it is known whether it is there.
  struct Column {
    /// The label's logits.
    var logits: [Float] = []
    /// Whether it is there.
    var isPresent: [Bool] = []

    /// Average precision; `nil` where the label is never there.
    var averagePrecision: Double? {
      let present = isPresent.indices.filter { isPresent[$0] }
      return present.isEmpty ? nil : AveragePrecision.area(of: present, among: logits)
    }
    /// The area under the receiver operating characteristic; `nil` unless the label is sometimes there and
    /// sometimes not.
    var auroc: Double? { AUROC.of(scores: logits, isPositive: isPresent) }
    /// A label is predicted where its probability, the logistic function of the logit, is above ½.
    var counts: BinaryCounts {
      BinaryCounts(isPresent: isPresent, isPredicted: logits.map { $0 > 0 })
    }
  }

  /// The number of samples.
  let samples: Int
  /// By label.
  let columns: [Column]
  /// By label.
  let counts: [BinaryCounts]

  /// Predictions by logits on the host.
  ///
  /// - Parameters:
  ///   - logits: [N, K], row by row; finite.
  ///   - labels: [N, K], row by row: whether each label is there.
  ///   - count: K.
  ///   - isKnown: [N, K], row by row: whether it is known; `nil` says that all are. What is unknown counts for
  ///     nothing.
  public init(logits: [Float], labels: [Bool], count: Int, isKnown: [Bool]? = nil) {
    precondition(count > 0 && logits.count % count == 0, "rows of \(count) logits")
    precondition(
      labels.count == logits.count && isKnown?.count ?? logits.count == logits.count,
      "one label for each logit")
    samples = logits.count / count
    var columns = [Column](repeating: Column(), count: count)
    for place in logits.indices where isKnown?[place] ?? true {
      columns[place % count].logits.append(logits[place])
      columns[place % count].isPresent.append(labels[place])
    }
    self.columns = columns
    counts = columns.map(\.counts)
  }

  /// The mean over the labels that occur; 0 where none does, as of classification.
  var meanAveragePrecision: Double { Self.mean(columns.compactMap(\.averagePrecision)) ?? 0 }

  /// The mean over the labels that are sometimes there and sometimes not; `nil` where none is.
  var meanAUROC: Double? { Self.mean(columns.compactMap(\.auroc)) }

  /// The area of all labels of all samples as one, which compares logits of different labels.
  var microAUROC: Double? {
    AUROC.of(scores: columns.flatMap(\.logits), isPositive: columns.flatMap(\.isPresent))
  }

  /// The mean of the labels' F1 scores; 0 for a label that neither occurs nor is predicted.
  var macroF1: Double { Self.mean(counts.map(\.f1)) ?? 0 }

  /// The F1 score of all labels of all samples as one.
  var microF1: Double { counts.reduce(into: BinaryCounts()) { $0 += $1 }.f1 }

  /// The mean of the labels' F1 scores, weighted by how often each is there; 0 where none is.
  var weightedF1: Double {
    let present = counts.reduce(0) { $0 + $1.present }
    return counts.reduce(0) { $0 + $1.f1 * Double($1.present) } / Double(max(1, present))
  }

  /// The share of labels that are wrong.
  var hammingLoss: Double {
    let wrong = counts.reduce(0) { $0 + $1.wrong }
    return Double(wrong) / Double(max(1, known))
  }

  /// The mean binary cross-entropy, natural logarithm.
  var loss: Double {
    let sum = columns.reduce(0) { sum, column in
      zip(column.logits, column.isPresent).reduce(sum) {
        $0 + Self.crossEntropy(Double($1.0), $1.1)
      }
    }
    return sum / Double(max(1, known))
  }

  /// How many labels are known.
  private var known: Int { columns.reduce(0) { $0 + $1.logits.count } }

  /// −log σ(±x), which does not overflow.
  private static func crossEntropy(_ logit: Double, _ isPresent: Bool) -> Double {
    let signed = isPresent ? logit : -logit
    return log1p(exp(-abs(signed))) + max(0, -signed)
  }

  private static func mean(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }
}

/// How often one thing is there and predicted.
struct BinaryCounts: Equatable {
  /// How often it is there.
  private(set) var present = 0
  /// How often it is predicted.
  private(set) var predicted = 0
  /// How often it is both.
  private(set) var hits = 0

  init() {}

  init(isPresent: [Bool], isPredicted: [Bool]) {
    for (present, predicted) in zip(isPresent, isPredicted) {
      if present { self.present += 1 }
      if predicted { self.predicted += 1 }
      if present, predicted { hits += 1 }
    }
  }

  /// How often it is one and not the other.
  var wrong: Int { present + predicted - 2 * hits }

  /// The F1 score; 0 where it is neither there nor predicted.
  var f1: Double { Double(2 * hits) / Double(max(1, present + predicted)) }

  static func += (left: inout BinaryCounts, right: BinaryCounts) {
    left.present += right.present
    left.predicted += right.predicted
    left.hits += right.hits
  }
}

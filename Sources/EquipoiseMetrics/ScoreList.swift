// SPDX-License-Identifier: Apache-2.0

/// The list. docs/scores.md has the definition of each and what becomes of it where there is nothing to measure.
extension Score {
  /// Every score of every task, in the order of tables.
  public static let all: [Score] =
    [
      accuracy, macroF1, microF1, weightedF1, balancedAccuracy, top5Accuracy, meanAveragePrecision,
      auroc, microAUROC, hammingLoss, meanAbsoluteError, pearson,
    ] + otherRegression + sentiment + [loss, calibrationError] + agreement

  /// The share of samples whose class is predicted.
  public static let accuracy = Score(
    "accuracy", "accuracy", isLeading: true, classes: { $0.confusion.accuracy })
  /// The mean of the F1 scores of the classes or labels; 0 for one that neither occurs nor is predicted.
  public static let macroF1 = Score(
    "macroF1", "macro-F1", isLeading: true, classes: { $0.confusion.macroF1 },
    labels: { $0.macroF1 })
  /// The mean cross-entropy, of several labels the mean binary one; of a target the mean squared error.
  public static let loss = Score(
    "loss", "loss", .loss, isLargerBetter: false, classes: { $0.loss }, labels: { $0.loss },
    target: { $0.meanSquaredError })
  /// The share of samples whose class is among the five with the largest logits; of more than five classes alone.
  public static let top5Accuracy = Score(
    "top5Accuracy", "top-5 accuracy", classes: { $0.top5Accuracy })
  /// The mean over targets of the mean absolute error.
  public static let meanAbsoluteError = Score(
    "mae", "MAE", .target, isLargerBetter: false, isLeading: true,
    target: { $0.meanAbsoluteError })
  /// The mean over targets of Pearson's correlation of outputs and targets; 0 where either is constant.
  public static let pearson = Score(
    "pearson", "Pearson", .number, isLeading: true, target: { $0.pearson })

  /// Of one class for each sample it is the accuracy, and not another score.
  private static let microF1 = Score(
    "microF1", "micro-F1", isLeading: true, labels: { $0.microF1 })
  private static let weightedF1 = Score(
    "weightedF1", "weighted F1", classes: { $0.confusion.weightedF1 }, labels: { $0.weightedF1 })
  private static let balancedAccuracy = Score(
    "balancedAccuracy", "balanced accuracy", classes: { $0.confusion.balancedAccuracy })
  static let meanAveragePrecision = Score(
    "meanAveragePrecision", "mean AP", classes: { $0.meanAveragePrecision },
    labels: { $0.meanAveragePrecision })
  private static let auroc = Score(
    "auroc", "AUROC", classes: { $0.meanAUROC }, labels: { $0.meanAUROC })
  private static let microAUROC = Score(
    "microAuroc", "micro AUROC", labels: { $0.microAUROC })
  private static let hammingLoss = Score(
    "hammingLoss", "Hamming loss", isLargerBetter: false, labels: { $0.hammingLoss })
  private static let calibrationError = Score(
    "expectedCalibrationError", "calibration error", isLargerBetter: false,
    classes: { CalibrationError.expected($0) })

  private static let otherRegression = [
    Score(
      "rmse", "RMSE", .target, isLargerBetter: false, target: { $0.meanSquaredError.squareRoot() }),
    Score("r2", "R²", .number, target: { $0.determination }),
    Score("spearman", "Spearman", .number, target: { $0.spearman }),
    Score("ccc", "CCC", .number, target: { $0.concordance }),
  ]

  /// Of targets that are sentiment from −3 to 3 alone.
  private static let sentiment = [
    Score("acc2NonZero", "Acc-2 (≠ 0)", target: { $0.sentiment?.nonZero.accuracy }),
    Score("f1NonZero", "F1 (≠ 0)", target: { $0.sentiment?.nonZero.weightedF1 }),
    Score("acc2HasZero", "Acc-2 (≥ 0)", target: { $0.sentiment?.hasZero.accuracy }),
    Score("f1HasZero", "F1 (≥ 0)", target: { $0.sentiment?.hasZero.weightedF1 }),
    Score("acc5", "Acc-5", target: { $0.sentiment?.accuracy(within: 2) }),
    Score("acc7", "Acc-7", target: { $0.sentiment?.accuracy(within: 3) }),
  ]

  private static let agreement = [
    Score("brier", "Brier score", .number, isLargerBetter: false, classes: { $0.brier }),
    Score("matthewsCorrelation", "MCC", .number, classes: { $0.confusion.matthewsCorrelation }),
    Score("cohenKappa", "Cohen’s κ", .number, classes: { $0.confusion.cohenKappa }),
  ]
}

import Equipoise

/// What the demo shows: each modality inside the joint model beside the same modality alone.
struct DemoComparison {
  /// One modality's test accuracies.
  private struct Row {
    let name: String
    let inside: ModalityReport
    let alone: Double

    /// How much less the joint model makes of the modality.
    var neglect: Double { alone - (inside.slice ?? inside.zeroOut) }
  }

  private let fused: Double
  private let rows: [Row]
  private let folder: String

  /// Compares test scores.
  ///
  /// - Parameters:
  ///   - joint: the joint model's.
  ///   - alone: those of each modality's own model.
  ///   - folder: where the runs are.
  init(joint: EvaluationReport, alone: [String: EvaluationReport], folder: String) {
    self.folder = folder
    fused = joint.accuracy
    rows = joint.modalities.sorted { $0.key < $1.key }.compactMap { name, inside in
      alone[name].map { Row(name: name, inside: inside, alone: $0.accuracy) }
    }
  }

  /// The table, what it says, and what to do next.
  var text: String {
    var table = TextTable(["test accuracy", "slice", "zero-out", "alone", "neglect"])
    for row in rows {
      table.add([
        row.name, Numbers.percent(row.inside.slice), Numbers.percent(row.inside.zeroOut),
        Numbers.percent(row.alone), Numbers.points(row.neglect),
      ])
    }
    return """

      \(table.text())
      slice, zero-out: the modality inside the joint model; alone: a model of that modality only.
      The joint model with all modalities: \(Numbers.percent(fused)).
      \(conclusion)

      Next:
      \(nextSteps)
      """
  }

  private var conclusion: String {
    guard let worst = rows.max(by: { $0.neglect < $1.neglect }), worst.neglect > 0 else {
      return "With this seed it neglects no modality."
    }
    let comparison = worst.alone > fused ? ", and alone it beats the joint model" : ""
    return "It neglects '\(worst.name)': inside it that modality is "
      + "\(Numbers.points(worst.neglect)) worse than alone\(comparison)."
  }

  private var nextSteps: String {
    var table = TextTable(["", ""], [.left, .left])
    table.add(["  equipoise evaluate \(folder)/joint --probe", "what its encoders have learned"])
    table.add(["  equipoise inspect \(folder)/joint", "dataset, blocks and parameters"])
    table.add(["  equipoise prepare --list", "make a dataset of your own"])
    table.add(["  equipoise train --data DIR --out RUN", "train on it"])
    return table.text()
  }
}

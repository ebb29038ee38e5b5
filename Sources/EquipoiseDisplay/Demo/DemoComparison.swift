// SPDX-License-Identifier: Apache-2.0
package import Equipoise

/// What the demo shows: each modality inside the joint model and inside AIM's beside the same modality
/// alone.
package struct DemoComparison {
  /// One modality's test accuracies.
  struct Row {
    let name: String
    let joint: ModalityReport
    let aim: ModalityReport
    let alone: Double

    /// How much less the joint model makes of the modality.
    var jointNeglect: Double { alone - Self.accuracy(joint) }
    /// How much less AIM makes of it.
    var aimNeglect: Double { alone - Self.accuracy(aim) }

    static func accuracy(_ report: ModalityReport) -> Double { report.slice ?? report.zeroOut }
  }

  let seed: Int
  let joint: EvaluationReport
  let aim: EvaluationReport
  let alone: [String: EvaluationReport]
  let rows: [Row]
  private let folder: String

  /// Compares test scores.
  ///
  /// - Parameters:
  ///   - seed: the seed of data and training.
  ///   - joint: the joint model's.
  ///   - aim: those of the model that AIM trained.
  ///   - alone: those of each modality's own model.
  ///   - folder: where the runs are.
  package init(
    seed: Int, joint: EvaluationReport, aim: EvaluationReport, alone: [String: EvaluationReport],
    folder: String
  ) {
    (self.seed, self.joint, self.aim) = (seed, joint, aim)
    (self.alone, self.folder) = (alone, folder)
    rows = joint.modalities.sorted { $0.key < $1.key }.compactMap { name, inside in
      guard let other = aim.modalities[name], let alone = alone[name] else { return nil }
      return Row(name: name, joint: inside, aim: other, alone: alone.accuracy)
    }
  }

  /// The table, what it says, and what to do next.
  package var text: String {
    var table = TextTable(["test accuracy", "joint", "neglect", "AIM", "neglect", "alone"])
    for row in rows {
      table.add([
        row.name, Numbers.percent(Row.accuracy(row.joint)), Numbers.points(row.jointNeglect),
        Numbers.percent(Row.accuracy(row.aim)), Numbers.points(row.aimNeglect),
        Numbers.percent(row.alone),
      ])
    }
    table.add([
      "together", Numbers.percent(joint.accuracy), "", Numbers.percent(aim.accuracy), "", "",
    ])
    return """

      \(table.text())
      A modality's row is its own part of the fused logits, and its accuracy when trained alone;
      neglect is the difference.

      Next:
      \(nextSteps)\(DemoVerdict([self]).text)
      """
  }

  private var nextSteps: String {
    var table = TextTable(["", ""], [.left, .left])
    table.add(["  equipoise evaluate \(folder)/aim --probe", "what its encoders have learned"])
    table.add(["  equipoise inspect \(folder)/aim", "dataset, blocks, parameters and cost"])
    table.add(["  equipoise prepare --list", "make a dataset of your own"])
    table.add(["  equipoise train --data DIR --method aim --out RUN", "train on it"])
    return table.text()
  }
}

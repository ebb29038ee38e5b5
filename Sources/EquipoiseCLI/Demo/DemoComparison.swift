import Equipoise

/// What the demo shows: each modality inside the joint model beside the same modality alone.
struct DemoComparison {
  let joint: RunResult
  let alone: [String: RunResult]
  let folder: String

  var text: String {
    get throws {
      let report = joint.test ?? joint.validation
      var table = TextTable(["test accuracy", "slice", "zero-out", "alone", "neglect"])
      let gaps = alone.compactMapValues { single -> Double? in
        guard let name = single.test?.modalities.keys.first, let inside = report.modalities[name],
          let best = single.test?.accuracy
        else { return nil }
        return best - (inside.slice ?? inside.zeroOut)
      }
      for name in alone.keys.sorted() {
        let inside = report.modalities[name]
        table.add([
          "\(name) in the joint model", Numbers.percent(inside?.slice),
          Numbers.percent(inside?.zeroOut), Numbers.percent(alone[name]?.test?.accuracy),
          Numbers.points(gaps[name]),
        ])
      }
      table.add(["joint model, fused", "", "", Numbers.percent(report.accuracy)])
      return "\n" + table.text() + "\n" + conclusion(gaps) + nextSteps
    }
  }

  private func conclusion(_ gaps: [String: Double]) -> String {
    guard let (name, gap) = gaps.max(by: { $0.value < $1.value }), gap > 0 else {
      return "With this seed the joint model neglects neither modality.\n"
    }
    return "The joint model neglects '\(name)': there it is \(Numbers.points(gap)) worse than a "
      + "model of '\(name)' alone.\n"
  }

  private var nextSteps: String {
    """

    Next:
      equipoise evaluate \(folder)/joint --probe     scores of the joint model
      equipoise inspect \(folder)/joint              its encoders and parameters
      equipoise prepare --list                       datasets of your own
      equipoise config print                         every setting

    """
  }
}

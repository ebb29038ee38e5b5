// SPDX-License-Identifier: Apache-2.0
package import Equipoise
import Foundation

/// A method as `equipoise methods` lists it.
package struct MethodCard: Encodable {
  /// How many modalities a method takes.
  package struct Modalities: Encodable {
    let least: Int
    /// Null without a limit.
    let most: Int?

    package func contains(_ count: Int) -> Bool { count >= least && count <= most ?? .max }

    var text: String {
      guard let most else { return "\(least)+" }
      return most == least ? "\(least)" : "\(least)–\(most)"
    }

    private enum CodingKeys: String, CodingKey {
      case least, most
    }

    package func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(least, forKey: .least)
      try container.encode(most, forKey: .most)
    }
  }

  let name: String
  let summary: String
  package let modalities: Modalities
  /// The tasks that it does not refuse.
  package let tasks: [String]
  /// The fusions that it takes of several modalities.
  package let fusions: [String]
  /// Whether it takes samples that lack a modality.
  let missing: Bool
  /// Multiply-adds of a step by those of a joint step, to two digits.
  package let cost: Double
  let citation: String?

  package init(
    _ method: any BalancingMethod.Type, cost: Double, of catalogue: RunCatalogue = .inUse
  ) {
    let needs = method.needs
    (name, summary) = (method.name, method.summary)
    modalities = Modalities(
      least: needs.modalities.lowerBound,
      most: needs.modalities.upperBound == .max ? nil : needs.modalities.upperBound)
    tasks = LearningTask.allCases.filter { needs.tasks[$0]?.refusal == nil }.map(\.rawValue)
    fusions = catalogue.model.fusions.map { $0.name }.filter(needs.takes(fusion:))
    missing = needs.missing.refusal == nil
    self.cost = (cost * 100).rounded() / 100
    citation = method.citation.map { "\($0.authors): \($0.title), \($0.venue)" }
  }

  private enum CodingKeys: String, CodingKey {
    case name, summary, modalities, tasks, fusions, missing, cost, citation
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encode(summary, forKey: .summary)
    try container.encode(modalities, forKey: .modalities)
    try container.encode(tasks, forKey: .tasks)
    try container.encode(fusions, forKey: .fusions)
    try container.encode(missing, forKey: .missing)
    try container.encode(cost, forKey: .cost)
    try container.encode(citation, forKey: .citation)
  }

  /// All in aligned columns.
  package static func table(_ cards: [MethodCard], of catalogue: RunCatalogue = .inUse) -> String {
    let (tasks, fusions) = (LearningTask.allCases.count, catalogue.model.fusions.count)
    var table = TextTable(
      ["method", "what", "modalities", "cost", "tasks", "fusions"],
      [.left, .left, .right, .right, .left, .left])
    for card in cards {
      table.add([
        card.name, card.summary, card.modalities.text, String(format: "%.2f", card.cost),
        card.tasks.count == tasks ? "all" : card.tasks.joined(separator: ", "),
        card.fusions.count == fusions ? "all" : card.fusions.joined(separator: ", "),
      ])
    }
    return table.text()
  }
}

// SPDX-License-Identifier: Apache-2.0
package import Equipoise
import Foundation

/// A method's page, `docs/methods/NAME.md`: one template, filled with what the method's code says of itself and with its
/// ``MethodPage``.
package struct MethodPageText {
  /// Markdown, which a terminal shows as it is.
  package let text: String

  /// The page of a method.
  ///
  /// - Parameters:
  ///   - method: one that has a page or not: without one the parts that its code says.
  ///   - cost: multiply-adds of a step by those of a joint step.
  ///   - catalogue: what it may take.
  /// - Throws: what writing the settings throws.
  package init(
    _ method: any BalancingMethod.Type, cost: Double, of catalogue: RunCatalogue = .inUse
  ) throws {
    let page = (method as? any DescribedMethod.Type)?.page
    let card = MethodCard(method, cost: cost, of: catalogue)
    var sections = ["# `\(method.name)`", method.summary.capitalizedFirst + "."]
    if let citation = card.citation { sections.append(citation + ".") }
    func add(_ title: String, _ text: String?) {
      guard let text, !text.isEmpty else { return }
      sections += ["## \(title)", text]
    }
    add("When to use it", page?.use)
    add("Equations", page.map { "```text\n\($0.equations)\n```" })
    add("Settings", try Self.settings(method, page))
    add("What it takes", Self.needs(method.needs, card))
    add("Published numbers", page?.published)
    add("Measured here", page?.measured)
    add("Released code", page?.released)
    add("BibTeX", page.flatMap { $0.bibtex.isEmpty ? nil : "```bibtex\n\($0.bibtex)\n```" })
    text = sections.joined(separator: "\n\n") + "\n"
  }

  /// Every setting with its default, and the paper's values.
  private static func settings(
    _ method: any BalancingMethod.Type, _ page: MethodPage?
  ) throws -> String {
    let defaults = try defaults(of: method)
    let table = defaults.hasPrefix("{") ? "It has none." : "```yaml\n\(defaults)\n```"
    return [table, page.map { "Published: \($0.settings)" }].compactMap(\.self)
      .joined(separator: "\n\n")
  }

  private static func defaults<Method: BalancingMethod>(of _: Method.Type) throws -> String {
    try Method.Configuration().yaml().trimmingCharacters(in: .whitespacesAndNewlines)
  }

  private static func needs(_ needs: ModelNeeds, _ card: MethodCard) -> String {
    let rules = [
      ("several labels", needs.tasks.multilabel), ("regression", needs.tasks.regression),
    ]
    let lines =
      [
        "modalities: \(card.modalities.text)", "fusions: \(card.fusions.joined(separator: ", "))",
        needs.coupling.map { "coupling: \($0.name)" },
        "cost: \(String(format: "%.2f", card.cost)) × joint training in multiply-adds",
      ].compactMap(\.self) + rules.map { "\($0): \($1.sentence)" }
      + ["samples that lack a modality: \(needs.missing.sentence)"]
    return lines.map { "- " + $0 }.joined(separator: "\n")
  }
}

extension TaskRule {
  fileprivate var sentence: String {
    switch self {
    case .published(let text): "as published: \(text)"
    case .stated(let text): text
    case .refused(let reason): "refused: \(reason)"
    }
  }
}

extension String {
  fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}

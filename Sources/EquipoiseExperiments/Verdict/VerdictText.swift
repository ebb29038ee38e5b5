// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseMetrics
internal import EquipoiseModels
import Foundation

/// The verdict in words.
extension Verdict {
  /// What it says, a sentence each; the first is the one to remember.
  public var sentences: [String] {
    [neglectSentence] + beatingSentences + chanceSentences + [unknownSentence].compactMap(\.self)
  }

  /// What another configuration gives back of what this one neglects, and what that costs all modalities together.
  ///
  /// - Parameters:
  ///   - other: the verdict on the other configuration, of the same data and trainings.
  ///   - name: how the other is called.
  /// - Returns: a sentence; `nil` where nothing is clearly neglected here, or the other's neglect is not known.
  public func gain(of other: Verdict, named name: String) -> String? {
    let parts = modalities.compactMap { modality -> String? in
      guard let before = modality.neglect, before.isClear,
        let after = other.modalities.first(where: { $0.name == modality.name })?.neglect
      else { return nil }
      let change = before.mean - after.mean
      return change >= 0
        ? "gives back \(difference(change)) of the \(difference(before.mean)) by which '\(modality.name)' is neglected"
        : "neglects '\(modality.name)' by \(difference(-change)) more"
    }
    guard !parts.isEmpty else { return nil }
    let together = other.fused.mean - fused.mean
    return
      "'\(name)' \(Self.listed(parts)); together \(value(other.fused.mean)) against \(value(fused.mean)) "
      + "(\(together < 0 ? "−" : "+")\(difference(abs(together))))."
  }

  private var neglectSentence: String {
    let known = modalities.filter { $0.neglect != nil }
    guard !known.isEmpty else {
      let parts = modalities.map { "'\($0.name)' \(value($0.inside.mean))" }
      return "Inside the model \(Self.listed(parts)), together \(value(fused.mean))."
    }
    let clear = known.filter { $0.neglect?.isClear == true }
    guard !clear.isEmpty else {
      let parts = known.map { "'\($0.name)' \(reaches($0))" }
      return "No modality is clearly neglected: \(Self.listed(parts))."
    }
    let parts = clear.enumerated().map { index, modality in
      let verb = index == 0 ? " is neglected" : ""
      return
        "'\(modality.name)'\(verb) by \(difference(modality.neglect?.mean ?? 0)) (\(reaches(modality))"
        + "\(interval(modality)))"
    }
    return Self.listed(parts) + "."
  }

  private var beatingSentences: [String] {
    modalities.filter(\.beatsFusion).map { modality in
      "'\(modality.name)' alone beats all modalities together: \(value(modality.alone?.mean ?? 0)) against "
        + "\(value(fused.mean))."
    }
  }

  private var chanceSentences: [String] {
    modalities.compactMap { modality in
      guard modality.isAtChance == true, let chance else { return nil }
      let alone = modality.isAtChanceAlone.map { $0 ? ", and alone it is no better" : "" } ?? ""
      return "Inside the model '\(modality.name)' is at chance (\(value(modality.inside.mean)); "
        + "\(value(chance)) for knowing nothing)\(alone)."
    }
  }

  private var unknownSentence: String? {
    let unknown = modalities.filter { $0.alone == nil }.map { "'\($0.name)'" }
    guard !unknown.isEmpty else { return nil }
    return
      "What \(Self.listed(unknown)) \(unknown.count == 1 ? "reaches" : "reach") alone is not known, so whether "
      + "\(unknown.count == 1 ? "it is" : "they are") neglected is not, either."
  }

  private func reaches(_ modality: Modality) -> String {
    "\(value(modality.inside.mean)) inside, \(value(modality.alone?.mean ?? 0)) alone"
  }

  private func interval(_ modality: Modality) -> String {
    guard let interval = modality.neglect?.interval else { return "" }
    let unit = isShare ? "" : " in \(title)"
    return "; 95 % interval \(number(interval.lower)) to \(number(interval.upper))\(unit)"
  }

  // MARK: Numbers

  private var score: Score { Score(rawValue: measure) ?? .accuracy }
  private var isShare: Bool { score.unit == .share }
  private var title: String { score.title }

  private func value(_ value: Double) -> String {
    isShare ? String(format: "%.1f %%", 100 * value) : Self.signed("%.3f", value)
  }

  private func difference(_ value: Double) -> String {
    isShare
      ? String(format: "%.1f points", 100 * value) : "\(Self.signed("%.3f", value)) in \(title)"
  }

  private func number(_ value: Double) -> String {
    isShare ? Self.signed("%.1f", 100 * value) : Self.signed("%.3f", value)
  }

  private static func signed(_ format: String, _ value: Double) -> String {
    let text = String(format: format, value)
    return text.hasPrefix("-") ? "−" + text.dropFirst() : text
  }

  private static func listed(_ parts: [String]) -> String {
    guard let last = parts.last, parts.count > 1 else { return parts.first ?? "" }
    return parts.dropLast().joined(separator: ", ") + " and " + last
  }
}

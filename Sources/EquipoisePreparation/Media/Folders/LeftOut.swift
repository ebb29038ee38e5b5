// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import Foundation

/// What of a folder is not taken, by why.
struct LeftOut {
  enum Reason: CaseIterable {
    case unreadable, notUTF8, outside, unreadMedia, special, loop, empty, stray, other, skipped,
      system
  }

  private var found: [Reason: [(name: String, detail: String?)]] = [:]

  mutating func add(_ reason: Reason, _ name: String, _ detail: String? = nil) {
    found[reason, default: []].append((name, detail))
  }

  /// Files and folders that may be samples, but cannot be: preparing stops at them. `leaving` says how to go on
  /// without them.
  func faults(
    at place: String,
    leaving: String = "leave out what cannot be used with \(.setting("expectCounts=false"))"
  ) -> [EquipoiseError] {
    [Reason.unreadable, .notUTF8, .outside, .unreadMedia].compactMap { reason in
      guard let text = text(reason) else { return nil }
      return EquipoiseError(.data, text, at: place, fix: remedy(reason, leaving))
    }
  }

  /// What is left out without being a fault; with `faults` those too.
  func notes(withFaults: Bool) -> [String] {
    let reasons: [Reason] = [.special, .loop, .empty, .stray, .other, .skipped, .system]
    return (withFaults ? Reason.allCases : reasons).compactMap {
      text($0).map { "left out: " + $0 }
    }
  }

  private func text(_ reason: Reason) -> String? {
    guard let list = found[reason] else { return nil }
    let names = Enumeration.text(
      list.map { item in "'\(item.name)'" + (item.detail.map { " (\($0))" } ?? "") }, limit: 3)
    let count = list.count
    func are(_ noun: String, _ rest: (one: String, many: String)) -> String {
      "\(Enumeration.count(count, noun)) \(count == 1 ? rest.one : rest.many): \(names)"
    }
    switch reason {
    case .unreadable: return "what cannot be read, \(count): \(names)"
    case .notUTF8: return are("name", ("is not UTF-8", "are not UTF-8"))
    case .outside:
      return are("link", ("leads out of the folder", "lead out of the folder"))
    case .unreadMedia:
      return are("media file", ("is of a kind that is not read", "are of kinds that are not read"))
        + kinds(list)
    case .special: return "what is not a file, \(count): \(names)"
    case .loop: return are("link", ("leads back to a folder above", "lead back to folders above"))
    case .empty: return are("folder", ("is empty", "are empty"))
    case .stray:
      return are("media file", ("lies in no class's folder", "lie in no class's folder"))
    case .other: return are("file", ("is not media", "are not media")) + kinds(list)
    case .skipped: return "what 'skip' names, \(count): \(names)"
    case .system: return "what belongs to the system, \(count): \(names)"
    }
  }

  /// The extensions, with their numbers.
  private func kinds(_ list: [(name: String, detail: String?)]) -> String {
    let endings = Dictionary(grouping: list) { ($0.name as NSString).pathExtension.lowercased() }
    let counts = endings.mapValues(\.count).sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    let texts = counts.map { "\($0.value) \($0.key.isEmpty ? "without extension" : ".\($0.key)")" }
    return " (\(Enumeration.text(texts)))"
  }

  private func remedy(_ reason: Reason, _ leave: String) -> String {
    switch reason {
    case .unreadable:
      return "give yourself the permission to read, mend the links, or \(leave)"
    case .notUTF8:
      return "rename them, for example with 'convmv -f latin1 -t utf8 -r --notest DIR', or \(leave)"
    case .outside:
      return "put the files themselves into the folder, or \(leave)"
    default: return "convert them to a kind that is read, such as PNG, WAV or MP4, or \(leave)"
    }
  }
}

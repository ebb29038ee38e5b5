// SPDX-License-Identifier: Apache-2.0
package import Equipoise

/// The result of `data scan` as text.
package enum ScanText {
  package static func text(_ report: ScanReport) -> String {
    var text = "\(report.input): \(report.samples) samples, \(report.files) files\n\n"
    let splits = Split.allCases.map(\.rawValue)
    var table = TextTable(["class"] + splits)
    for (index, name) in report.classes.enumerated() {
      table.add([name] + splits.map { Numbers.count(report.counts[$0]?[index] ?? 0) })
    }
    text += table.text() + "\n"
    for note in report.notes { text += note + "\n" }
    if !report.notes.isEmpty { text += "\n" }
    guard !report.findings.isEmpty else { return text + "nothing is wrong\n" }
    for kind in ScanReport.Finding.Kind.allCases {
      let found = report.findings.filter { $0.kind == kind }
      guard !found.isEmpty else { continue }
      text += "\(kind.rawValue): \(found.count)\n"
      for finding in found { text += "  \(finding.subject): \(finding.detail)\n" }
    }
    return text
  }
}

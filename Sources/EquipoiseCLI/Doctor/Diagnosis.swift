// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseDisplay
import Foundation

/// Everything that `doctor` finds.
struct Diagnosis: Encodable {
  /// How bad a finding is.
  enum Status: String, Encodable {
    case ok
    /// Training works, but not as well as it could.
    case warning
    /// Training does not work.
    case error
  }

  /// One thing looked at.
  struct Finding: Encodable {
    let name: String
    let status: Status
    let value: String
    /// What to do about it.
    let advice: String?

    /// Nothing to object to.
    init(_ name: String, _ value: String) {
      (self.name, self.status, self.value, self.advice) = (name, .ok, value, nil)
    }

    /// Something the user may want to change.
    init(_ name: String, _ status: Status, _ value: String, fix advice: String? = nil) {
      (self.name, self.status, self.value, self.advice) = (name, status, value, advice)
    }
  }

  /// Whether nothing that is needed is broken.
  let ok: Bool
  let findings: [Finding]

  /// Looks at this machine.
  init() {
    findings =
      [Finding("equipoise", Version.current), Self.program] + LibtorchChecks.findings
      + DeviceChecks.findings + MachineChecks.findings + MediaSupport.findings
    ok = !findings.contains { $0.status == .error }
  }

  /// Where the program comes from.
  private static var program: Finding {
    let path = Bundle.main.executableURL?.resolvingSymlinksInPath().path ?? "unknown"
    return switch ProgramOrigin.running {
    case .checkout: Finding("program", "built in its checkout: \(path)")
    case .installed: Finding("program", "installed: \(path)")
    case .another: Finding("program", "of another package: \(path)")
    }
  }

  /// The findings, one a line, and what to do.
  var text: String {
    var table = TextTable(["", "", ""], [.left, .left, .left])
    for finding in findings {
      table.add([finding.status.rawValue, finding.name, finding.value])
    }
    let advice = findings.compactMap { finding in
      finding.advice.map { "\(finding.name): \($0)\n" }
    }
    let verdict =
      ok
      ? Style.output.green("Everything that training needs is here.")
      : Style.output.red("Something that training needs is broken.")
    return table.text() + "\n" + advice.joined() + verdict + "\n"
  }
}

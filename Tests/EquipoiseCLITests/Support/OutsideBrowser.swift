// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Debian's Chromium, in which the tests open reports. `make test` installs it; without it
/// (`scripts/setup-browser`) or without `OutsidePython` its tests are skipped.
enum OutsideBrowser {
  static let isInstalled =
    OutsidePython.isInstalled
    && ["chromium", "chromedriver"].allSatisfy {
      FileManager.default.isExecutableFile(atPath: "/usr/bin/" + $0)
    }

  /// What a reader finds in a page.
  struct Visit: Decodable {
    struct Figure: Decodable {
      let marks: Int
      let hover: String
      let spoken: String
      let rows: Int
      let svg: Bool
    }

    /// Milliseconds until it had loaded.
    let loaded: Double
    let requests: [String]
    let console: [String]
    let figures: [String: Figure]
    /// What the axe checker found, by theme and width.
    let violations: [String: [String]]
    /// Texts that JavaScript makes of what is not text.
    let spilled: [String]
    let tables: Int
    /// The cells of the last table of each section by its heading, row by row.
    let rows: [String: [[String]]]
  }

  /// Opens a page.
  static func visit(_ page: String) throws -> Visit {
    let found = try OutsidePython.run("report_page.py", [page])
    return try JSONDecoder().decode(
      Visit.self, from: try JSONSerialization.data(withJSONObject: found))
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import Equipoise
package import Foundation

/// The report as one HTML file that needs nothing else: data, style and drawing are inside.
package enum ReportPage {
  /// The page.
  ///
  /// - Parameters:
  ///   - paths: folders of runs, comparisons, or folders of these.
  ///   - made: the time that it says it was made at.
  ///   - isLive: whether the page asks the server that it came from for new data, every few seconds.
  /// - Returns: the HTML text.
  /// - Throws: `EquipoiseError` when there is no run, or one's files are damaged.
  package static func html(
    for paths: [String], made: Date = Date(), isLive: Bool = false
  ) throws -> String {
    let style = text(PackageResources.page_css)
    let scripts = [
      PackageResources.elements_js, PackageResources.figure_js, PackageResources.lines_js,
      PackageResources.matrix_js, PackageResources.scatter_js, PackageResources.runs_js,
      PackageResources.verdict_js, PackageResources.page_js,
    ].map(text).joined(separator: "\n")
    // Nothing is fetched, whatever a run's files say; a live page asks its own server alone.
    let connections = isLive ? "'self'" : "'none'"
    return """
      <!doctype html>
      <html lang="en"\(isLive ? " data-live" : "")>
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; \
      script-src 'unsafe-inline'; img-src data: blob:; connect-src \(connections)">
      <title>Equipoise report</title>
      <link rel="icon" href="data:,">
      <style>
      \(style)
      </style>
      </head>
      <body>
      <main id="page"><noscript><p>This report draws its plots with JavaScript.</p></noscript></main>
      <script type="application/json" id="data">\(try json(for: paths, made: made))</script>
      <script>
      \(scripts)
      </script>
      </body>
      </html>

      """
  }

  /// The page's data alone, as JSON that may stand inside HTML.
  ///
  /// - Parameters:
  ///   - paths: as of the page.
  ///   - made: as of the page.
  /// - Returns: the JSON text.
  /// - Throws: as `html(for:made:isLive:)`.
  package static func json(for paths: [String], made: Date = Date()) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    let data = try encoder.encode(ReportData(ReportCollection(paths), made: made))
    // No name of a run or class can end the script element.
    return String(decoding: data, as: UTF8.self).replacing("<", with: "\\u003c")
  }

  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}

// SPDX-License-Identifier: Apache-2.0
/// The first lines of an HTTP/1 request, as far as a page that only answers GET has to understand them.
package struct HTTPRequest {
  /// Longer ones are not answered.
  static let longest = 8192

  let method: String
  let path: String
  let host: String

  /// Understands a request; `nil` if it is malformed or does not have exactly one Host.
  ///
  /// - Parameter head: everything up to and with the empty line.
  package init?(_ head: [UInt8]) {
    guard head.count <= Self.longest,
      head.allSatisfy({ $0 == 13 || $0 == 10 || (32...126).contains($0) })
    else { return nil }
    var lines = String(decoding: head, as: UTF8.self)
      .split(separator: "\r\n", omittingEmptySubsequences: false)
    let words = lines.removeFirst().split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 3, words[2] == "HTTP/1.1" || words[2] == "HTTP/1.0",
      !words[0].isEmpty, words[0].allSatisfy({ $0.isLetter }), words[1].hasPrefix("/")
    else { return nil }
    var hosts: [String] = []
    for line in lines where !line.isEmpty {
      guard let colon = line.firstIndex(of: ":") else { return nil }
      if line[..<colon].lowercased() == "host" {
        hosts.append(line[line.index(after: colon)...].trimmingPrefix(" ").lowercased())
      }
    }
    guard hosts.count == 1, let host = hosts.first else { return nil }
    (method, path, self.host) = (String(words[0]), String(words[1]), host)
  }
}

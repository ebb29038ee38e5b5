internal import Equipoise
internal import Foundation

/// Serves a report to browsers on this machine: loopback only, GET and HEAD only, two fixed paths, and only
/// to those who ask for this machine by name, so that no page from elsewhere can read it by a name of its
/// own (DNS rebinding).
package final class ReportServer: Sendable {
  /// The port that it listens on.
  package let port: Int
  private let listener: Int32
  private let paths: [String]
  /// Connections at a time; further ones wait in the system's queue.
  private let free = DispatchSemaphore(value: 16)

  /// Seconds that a client may take to ask.
  private static let patience = 5

  /// Listens; requests are answered once `run` is called.
  ///
  /// - Parameters:
  ///   - paths: what the report is about.
  ///   - port: the port, or 0 for any that is free.
  /// - Throws: `EquipoiseError` when there is no run at the paths or the port is taken.
  package init(_ paths: [String], port: Int) throws {
    _ = try ReportCollection(paths)
    self.paths = paths
    signal(SIGPIPE, SIG_IGN)
    (listener, self.port) = try Self.listening(port)
  }

  deinit { close(listener) }

  /// Answers requests until `isOver` says so, which is asked every quarter of a second.
  package func run(until isOver: () -> Bool) {
    while !isOver() {
      var entry = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
      guard poll(&entry, 1, 250) > 0 else { continue }
      let connection = accept(listener, nil, nil)
      guard connection >= 0 else { continue }
      free.wait()
      DispatchQueue.global().async { [self] in
        answer(connection)
        close(connection)
        free.signal()
      }
    }
  }

  /// A socket that listens on the loopback address, and its port.
  private static func listening(_ port: Int) throws -> (socket: Int32, port: Int) {
    #if os(Linux)
      let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    #else
      let listener = socket(AF_INET, SOCK_STREAM, 0)
    #endif
    guard listener >= 0, let number = UInt16(exactly: port) else {
      throw EquipoiseError(.usage, "\(port) is not a port", fix: "choose one from 1 to 65535")
    }
    var on: Int32 = 1
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    address.sin_port = number.bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener, $0, length) == 0 }
    }
    guard isBound, listen(listener, 1024) == 0 else {
      let reason = String(cString: strerror(errno))
      close(listener)
      throw EquipoiseError(
        .usage, "cannot listen on port \(port): \(reason)", fix: "choose another with --port")
    }
    _ = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(listener, $0, &length) }
    }
    return (listener, Int(UInt16(bigEndian: address.sin_port)))
  }

  private func answer(_ connection: Int32) {
    var limit = timeval(tv_sec: Self.patience, tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(connection, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
    }
    guard let head = receiveHead(connection) else { return }
    let response = respond(to: HTTPRequest(head))
    // However slowly a client reads, it gives its place to others in the end.
    let deadline = ContinuousClock.now + .seconds(6 * Self.patience)
    var bytes = Array(response.utf8)[...]
    while !bytes.isEmpty, ContinuousClock.now < deadline {
      let count = bytes.withUnsafeBytes { write(connection, $0.baseAddress, $0.count) }
      guard count > 0 else { return }
      bytes = bytes.dropFirst(count)
    }
  }

  /// Everything up to the empty line, or as much as is read before it is clear that it is no request.
  private func receiveHead(_ connection: Int32) -> [UInt8]? {
    let deadline = ContinuousClock.now + .seconds(Self.patience)
    var head: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 2048)
    while !head.suffix(4).elementsEqual([13, 10, 13, 10]), head.count <= HTTPRequest.longest {
      guard ContinuousClock.now < deadline else { return nil }
      let count = buffer.withUnsafeMutableBytes { read(connection, $0.baseAddress, $0.count) }
      guard count > 0 else { return head.isEmpty ? nil : head }
      head += buffer[..<count]
    }
    return head
  }

  private func respond(to request: HTTPRequest?) -> String {
    guard let request else { return Self.response("400 Bad Request", "not a request\n") }
    let names = ["localhost", "127.0.0.1"]
    // Browsers leave out a protocol's own port.
    let hosts = names.map { "\($0):\(port)" } + (port == 80 ? names : [])
    guard hosts.contains(request.host) else {
      return Self.response("403 Forbidden", "ask for localhost:\(port)\n")
    }
    guard request.method == "GET" || request.method == "HEAD" else {
      return Self.response(
        "405 Method Not Allowed", "only GET and HEAD\n", more: ["Allow: GET, HEAD"])
    }
    let hasBody = request.method == "GET"
    do {
      switch request.path {
      case "/":
        return Self.response(
          "200 OK", try ReportPage.html(for: paths, isLive: true), type: "text/html",
          hasBody: hasBody)
      case "/data.json":
        return Self.response(
          "200 OK", try ReportPage.json(for: paths), type: "application/json", hasBody: hasBody)
      default: return Self.response("404 Not Found", "nothing here\n", hasBody: hasBody)
      }
    } catch {
      return Self.response("500 Internal Server Error", "\(error)\n", hasBody: hasBody)
    }
  }

  private static func response(
    _ status: String, _ body: String, type: String = "text/plain", hasBody: Bool = true,
    more: [String] = []
  ) -> String {
    let head = [
      "HTTP/1.1 \(status)", "Content-Type: \(type); charset=utf-8",
      "Content-Length: \(body.utf8.count)", "Cache-Control: no-store",
      "X-Content-Type-Options: nosniff", "X-Frame-Options: DENY", "Connection: close",
    ]
    return (head + more + ["", ""]).joined(separator: "\r\n") + (hasBody ? body : "")
  }
}

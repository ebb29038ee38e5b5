// SPDX-License-Identifier: Apache-2.0
internal import Equipoise
internal import Foundation
internal import Synchronization

/// Serves a report to browsers on this machine: loopback only, GET and HEAD only, two fixed paths, and only
/// to those who ask for this machine by name, so that no page from elsewhere can read it by a name of its
/// own (DNS rebinding).
package final class ReportServer: Sendable {
  /// The port that it listens on.
  package let port: Int
  private let listener: Int32
  private let paths: [String]
  /// Answers that are ready, by socket.
  private let answers = Mutex<[Int32: String]>([:])
  /// A byte in it says that there are some.
  private let bell: (reading: Int32, writing: Int32)
  /// Reports take processor time and memory: no more than so many at once.
  private let makers = OperationQueue()

  /// Connections at a time; further ones wait in the system's queue.
  private static let most = 512

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
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else {
      let reason = String(cString: strerror(errno))
      close(listener)
      throw EquipoiseError(
        .usage, "cannot open a pipe: \(reason)", fix: "raise the limit of open files (ulimit -n)")
    }
    bell = (ends[0], ends[1])
    for end in ends { _ = fcntl(end, F_SETFL, fcntl(end, F_GETFL) | O_NONBLOCK) }
    makers.maxConcurrentOperationCount = 2
  }

  deinit {
    for descriptor in [listener, bell.reading, bell.writing] { close(descriptor) }
  }

  /// Answers requests until `isOver` says so, which is asked every quarter of a second.
  ///
  /// One thread waits for all clients together, so that slow ones hold up nobody.
  package func run(until isOver: () -> Bool) {
    var connections: [Int32: Connection] = [:]
    while !isOver() {
      var entries = [bell.reading].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      if connections.count < Self.most {
        entries.append(pollfd(fd: listener, events: Int16(POLLIN), revents: 0))
      }
      for connection in connections.values where connection.events != 0 {
        entries.append(pollfd(fd: connection.socket, events: connection.events, revents: 0))
      }
      _ = poll(&entries, nfds_t(entries.count), 250)
      for entry in entries where entry.revents != 0 {
        if entry.fd == listener {
          if let new = accepted() { connections[new.socket] = new }
        } else if entry.fd == bell.reading {
          silenceBell()
        } else if let connection = connections[entry.fd] {
          serve(connection)
        }
      }
      for (socket, answer) in answers.withLock({ Self.taken(&$0) }) {
        connections[socket]?.send(answer)
      }
      let now = ContinuousClock.now
      connections = connections.filter { _, connection in
        connection.state == .waiting || connection.state != .over && connection.deadline > now
      }
    }
    makers.waitUntilAllOperationsAreFinished()
  }

  private func accepted() -> Connection? {
    let socket = accept(listener, nil, nil)
    return socket < 0 ? nil : Connection(socket)
  }

  private func silenceBell() {
    var buffer = [UInt8](repeating: 0, count: 64)
    while read(bell.reading, &buffer, buffer.count) == buffer.count {}
  }

  /// Reads or writes what is possible; a complete request is answered on a thread of its own.
  private func serve(_ connection: Connection) {
    if connection.state == .answering { return connection.write() }
    guard let head = connection.read() else { return }
    let socket = connection.socket
    makers.addOperation { [self] in
      let answer = respond(to: HTTPRequest(head))
      answers.withLock { $0[socket] = answer }
      var byte: UInt8 = 1
      _ = write(bell.writing, &byte, 1)
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
        .usage, "cannot listen on port \(port): \(reason)",
        fix: "choose another with \(.argument("port"))")
    }
    _ = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(listener, $0, &length) }
    }
    return (listener, Int(UInt16(bigEndian: address.sin_port)))
  }

  private static func taken(_ answers: inout [Int32: String]) -> [Int32: String] {
    defer { answers = [:] }
    return answers
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

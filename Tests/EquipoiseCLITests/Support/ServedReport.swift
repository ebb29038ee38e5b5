// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// `equipoise watch --http` under way, spoken to as a client does that knows no manners.
struct ServedReport {
  let port: Int
  private let server: CommandLineTool.Running

  init(_ run: String) throws {
    server = try CommandLineTool.start(["watch", run, "--http", "--port", "0"])
    let deadline = ContinuousClock.now + .seconds(60)
    while !server.output.contains("\n"), ContinuousClock.now < deadline { usleep(20_000) }
    let address = try #require(server.output.firstMatch(of: /localhost:(\d+)/))
    port = try #require(Int(address.1))
  }

  func stop() {
    server.process.terminate()
    server.process.waitUntilExit()
  }

  /// Sends a request and returns the whole answer.
  func ask(_ request: String) throws -> String {
    let connection = try connect()
    defer { close(connection) }
    let bytes = Array(request.utf8)
    try #require(write(connection, bytes, bytes.count) == bytes.count)
    var (answer, buffer) = ([UInt8](), [UInt8](repeating: 0, count: 65_536))
    while true {
      let count = read(connection, &buffer, buffer.count)
      guard count > 0 else { break }
      answer += buffer[..<count]
    }
    return String(decoding: answer, as: UTF8.self)
  }

  /// Opens connections that begin a request and do not go on, calls `body` and hangs up.
  func besideSlowClients(_ count: Int, _ body: () throws -> Void) throws {
    let connections = try (0..<count).map { _ in
      let connection = try connect()
      _ = Foundation.send(connection, "GET / HT", 8, Int32(MSG_NOSIGNAL))
      return connection
    }
    defer { for connection in connections { close(connection) } }
    try body()
  }

  /// Sends bytes, as many as are taken, and hangs up.
  func send(_ bytes: [UInt8]) throws {
    let connection = try connect()
    _ = Foundation.send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    close(connection)
  }

  private func connect() throws -> Int32 {
    let connection = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let isConnected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Foundation.connect(connection, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    try #require(isConnected, "\(String(cString: strerror(errno)))")
    return connection
  }
}

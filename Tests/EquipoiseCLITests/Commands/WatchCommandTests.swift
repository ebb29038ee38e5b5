// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseTestSupport
import Foundation
import Testing

/// `equipoise watch`, in the terminal and as a server.
@Suite struct WatchCommandTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func training(epochs: Int) throws -> CommandLineTool.Running {
    let data = folder.file("data")
    let prepared = try CommandLineTool.run([
      "prepare", "synthetic", "--out", data, "--set", "train=24", "--set", "test=6", "--set",
      "validation=6",
    ])
    try #require(prepared.status == 0, "\(prepared.errors)")
    return try CommandLineTool.start([
      "train", "--data", data, "--out", folder.file("run"), "--epochs", "\(epochs)", "--threads",
      "1",
      "--method", "aim", "--batch-size", "8", "--quiet", "--set", "model.encoders.audio.width=2",
      "--set", "model.encoders.visual.width=2", "--set", "method.decoupling.latentWidth=4",
    ])
  }

  private func trained() throws -> String {
    let outcome = try training(epochs: 3).finish()
    try #require(outcome.status == 0, "\(outcome.errors)")
    return folder.file("run")
  }

  @Test func followsARunUntilItEnds() throws {
    let run = try training(epochs: 12)
    let metrics = folder.file("run/metrics.jsonl")
    let deadline = ContinuousClock.now + .seconds(120)
    while (FileManager.default.contents(atPath: metrics) ?? Data()).isEmpty,
      ContinuousClock.now < deadline
    { usleep(10_000) }
    let watched = try CommandLineTool.run(["watch", folder.file("run"), "--interval", "0.1"])
    #expect(try run.finish().status == 0)
    #expect(watched.status == 0)
    #expect(watched.output.contains("aim, seed 0, training, epoch"))
    #expect(watched.output.contains("of training left"))
    // Every epoch is told once.
    let epochs = watched.output.split(separator: "\n")
      .compactMap { Int($0.prefix { $0 != "%" }.split(separator: " ").first ?? "") }
    #expect(epochs == Array(1...12))
    #expect(watched.output.contains("finished, epoch 12 of 12 done"))
  }

  @Test func showsAFinishedRunAndOneThatStopped() throws {
    let finished = try CommandLineTool.run(["watch", try trained()])
    #expect(finished.status == 0)
    #expect(finished.output.contains("aim, seed 0, finished, epoch 3 of 3 done"))
    let lines = finished.output.split(separator: "\n")
    #expect(lines.count == 5)
    #expect(lines[1].contains("audio slice") && lines[1].contains("visual slice"))

    let missing = try CommandLineTool.run(["watch", folder.file("nothing")])
    #expect(missing.status != 0 && missing.errors.contains("there is nothing at this path"))
    try FileManager.default.removeItem(atPath: folder.file("run/result.json"))
    let stopped = try CommandLineTool.run(["watch", folder.file("run")])
    #expect(stopped.output.contains("stopped, epoch 3 of 3 done; 'equipoise train"))
  }

  @Test func servesTheReportToThisMachineAlone() throws {
    let server = try ServedReport(try trained())
    defer { server.stop() }
    let host = "localhost:\(server.port)"
    let page = try server.ask("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n")
    #expect(
      page.hasPrefix("HTTP/1.1 200 OK\r\n") && page.contains("<title>Equipoise report</title>"))
    #expect(page.contains("connect-src 'self'"))
    let data = try server.ask("GET /data.json HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\n\r\n")
    let body = try #require(data.components(separatedBy: "\r\n\r\n").last)
    let object = try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]
    #expect((object?["runs"] as? [Any])?.count == 1)
    let head = try server.ask("HEAD / HTTP/1.1\r\nHost: \(host)\r\n\r\n")
    #expect(head.hasPrefix("HTTP/1.1 200 OK\r\n") && head.hasSuffix("\r\n\r\n"))

    for (request, status) in [
      ("GET / HTTP/1.1\r\nHost: example.org\r\n\r\n", 403),
      ("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", 403),
      ("GET / HTTP/1.1\r\n\r\n", 400),
      ("GET / HTTP/1.1\r\nHost: \(host)\r\nHost: example.org\r\n\r\n", 400),
      ("POST / HTTP/1.1\r\nHost: \(host)\r\nContent-Length: 0\r\n\r\n", 405),
      ("DELETE /data.json HTTP/1.1\r\nHost: \(host)\r\n\r\n", 405),
      ("GET /../../etc/passwd HTTP/1.1\r\nHost: \(host)\r\n\r\n", 404),
      ("GET /%2e%2e/config.yaml HTTP/1.1\r\nHost: \(host)\r\n\r\n", 404),
      ("GET http://localhost/ HTTP/1.1\r\nHost: \(host)\r\n\r\n", 400),
      ("GET / HTTP/9.9\r\nHost: \(host)\r\n\r\n", 400),
    ] {
      #expect(try server.ask(request).hasPrefix("HTTP/1.1 \(status) "), "\(request)")
    }
  }

  @Test func malformedRequestsLeaveItRunning() throws {
    let server = try ServedReport(try trained())
    defer { server.stop() }
    var generator = RandomStream(seed: 1, "requests")
    let valid = Array(
      "GET / HTTP/1.1\r\nHost: localhost:\(server.port)\r\nAccept: */*\r\n\r\n".utf8)
    for index in 0..<10_000 {
      var bytes: [UInt8]
      switch index % 4 {
      case 0:
        bytes = (0..<Int.random(in: 0...64, using: &generator)).map { _ in
          UInt8.random(in: 0...255, using: &generator)
        }
      case 1: bytes = Array(valid.prefix(Int.random(in: 0..<valid.count, using: &generator)))
      case 2:
        bytes = valid
        bytes[0] = UInt8.random(in: 128...255, using: &generator)
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] ^= 0xFF
      default: bytes = Array(repeating: 65, count: index == 3 ? 1_000_000 : 9_000)
      }
      try server.send(bytes)
    }
    let page = try server.ask("GET / HTTP/1.1\r\nHost: localhost:\(server.port)\r\n\r\n")
    #expect(page.hasPrefix("HTTP/1.1 200 OK\r\n"))
    // Slow clients are given five seconds each: were they served in turn, this would take a minute.
    try server.besideSlowClients(200) {
      let start = ContinuousClock.now
      let head = try server.ask("HEAD / HTTP/1.1\r\nHost: localhost:\(server.port)\r\n\r\n")
      #expect(head.hasPrefix("HTTP/1.1 200 OK\r\n"))
      #expect(ContinuousClock.now - start < .seconds(5))
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Equipoise
import EquipoiseDisplay
import Foundation
import EquipoiseReport

/// `equipoise watch`
struct WatchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch", abstract: "Show a run as it trains.",
    discussion: """
      In the terminal: epochs, scores of each modality and what the method measures at each depth, until \
      the run ends. With --http the report of 'equipoise report', renewed by itself in a browser on this \
      machine; folders of several runs do as well there. The run is only read.
      """)

  @Argument(help: ArgumentHelp("The run's folder.", valueName: "run"))
  var folder: String

  @Flag(help: "Serve the report to browsers on this machine instead.")
  var http = false

  @Option(help: ArgumentHelp("The port to serve on; 0 for any.", valueName: "n"))
  var port = 8080

  @Option(help: ArgumentHelp("Time between two looks.", valueName: "seconds"))
  var interval = 2.0

  func validate() throws {
    guard (0...65_535).contains(port) else { throw ValidationError("--port takes 0 to 65535") }
    guard (0.1...3600).contains(interval) else {
      throw ValidationError("--interval takes 0.1 to 3600 seconds")
    }
  }

  func run() throws {
    StopSignal.install()
    if http { try serve() } else { try show() }
  }

  private func serve() throws {
    let server = try ReportServer([folder], port: port)
    Console.print("http://localhost:\(server.port)/  (Ctrl-C ends)")
    // A reader at the other end of a pipe waits for the address.
    fflush(nil)
    server.run { StopSignal.requested != nil }
  }

  private func show() throws {
    var shown = 0
    while true {
      let run = try WatchedRun(RunFolder(folder))
      // A run that was continued repeats the epochs behind its checkpoint.
      shown = min(shown, run.records.count)
      if Style.output.isTerminal {
        Console.printOverScreen(run.headline + run.epochs(last: 12) + run.depths)
      } else if run.records.count > shown || run.state != .training {
        Console.print(run.headline + run.epochs(last: run.records.count - shown), terminator: "")
      }
      fflush(nil)
      shown = run.records.count
      guard run.state == .training, StopSignal.requested == nil else { return }
      Thread.sleep(forTimeInterval: interval)
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Equipoise
import EquipoiseDisplay
import Foundation
import EquipoiseTorch

/// `equipoise benchmark`
struct BenchmarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "benchmark",
    abstract: "Time a training step here and in PyTorch eager, in turn.",
    discussion: """
      All sides take the same step (SGD with momentum) on random numbers with the same threads, \
      each in a process of its own, in turn. Ratios are taken round by round. Another method than \
      joint training is also compared with a joint step, in time and in multiply-adds.
      """)

  /// The settings whose figures are kept.
  enum Preset: String, CaseIterable, ExpressibleByArgument {
    /// Two ResNet-18 at 64 × 64.
    case resnet18
    /// Three transformers over 50 steps.
    case transformer
    /// Both, in float32 and with what is fastest.
    case all
  }

  @Argument(help: "What to time.")
  var preset = Preset.all

  @Option(help: "The method.")
  var method = "joint"

  @Option(help: "Methods to time beside joint training, separated by commas, or 'all'.")
  var methods: String?

  @Option(help: "The method's preset, such as 'fast' of aim.")
  var methodPreset: String?

  @Option(help: "Samples per step.")
  var batch = 32

  @Option(help: "Height and width of images.")
  var size = 64

  @Option(help: "Classes; default: those of the preset.")
  var classes: Int?

  @Option(help: "Threads of one operation; default: one for each processor.")
  var threads = Processors.available

  @Option(help: "Also time so many processes that take the step together and share the threads.")
  var workers = 1

  @Option(help: "cpu, cuda:N or mps.")
  var device = "cpu"

  @Option(help: "Processes that keep a processor busy beside every side.")
  var busy = 0

  @Option(help: "fp32, bf16, or tf32 of NVIDIA GPUs; default: fp32 and bf16 for 'all'.")
  var precision: Precision?

  @Flag(help: "Images with their channels innermost.")
  var channelsLast = false

  @Flag(help: "PyTorch in its defaults: fp32 and contiguous images, whatever this side uses.")
  var plainPeer = false

  @Flag(help: "Time PyTorch's compiled step (torch.compile) as well.")
  var compile = false

  @Option(help: "Rounds that count.")
  var rounds = 7

  @Option(help: "Steps per round; default: 2 of 'resnet18', 20 of 'transformer'.")
  var steps: Int?

  @Option(help: "The Python interpreter that has PyTorch; 'none' times only this side.")
  var python = ".pytorch/bin/python"

  @Option(help: "PyTorch's side of the benchmark.")
  var script = "Benchmarks/pytorch_step.py"

  @Option(help: "How to print the figures.")
  var format = OutputFormat.table

  @Flag(help: .hidden)
  var serve = false

  @Flag(help: .hidden)
  var follow = false

  @Flag(help: .hidden)
  var keepBusy = false

  func validate() throws {
    try NumberFlag.check("--batch", batch, from: 2)
    try NumberFlag.check("--size", size, from: 32, to: 8192)
    try NumberFlag.check("--classes", classes, from: 2)
    try NumberFlag.check("--threads", threads, from: 1, to: 1024)
    try NumberFlag.check("--rounds", rounds, from: 1)
    try NumberFlag.check("--steps", steps, from: 1)
    try NumberFlag.check("--busy", busy, from: 0, to: 1024)
    try NumberFlag.check("--workers", workers, from: 1, to: batch)
    guard workers == 1 || device == "cpu" && methods == nil else {
      throw ValidationError(
        "--workers is for one method on the processor; leave out --methods and --device")
    }
    guard precision != .tf32 || device.hasPrefix("cuda") else {
      throw ValidationError(
        "--precision tf32 is arithmetic of NVIDIA GPUs, and this times \(device); use fp32 or bf16")
    }
  }

  func run() throws {
    if serve { return try BenchmarkProcess.serve(followedBy: ["benchmark", "--follow"]) }
    if follow { return try BenchmarkProcess.follow() }
    if keepBusy { return BusyProcesses.serve() }
    _ = try Accelerators.device(named: device)
    let others = try BusyProcesses(busy, command: [program, "benchmark", "--keep-busy"])
    defer { others.stop() }
    if let methods { return try measureCosts(of: MethodChoice.names(in: methods)) }
    for setting in settings {
      let report =
        try workers == 1
        ? measure(setting)
        : measure(
          together(setting), peers: [("equipoise \(setting.method), one process", setting)])
      switch format {
      case .table: Console.print(BenchmarkTable(report).text, terminator: "")
      case .json: try JSONOutput.print(report)
      }
    }
  }

  /// One row for each method, in the order of the list; PyTorch takes no part.
  private func measureCosts(of methods: [String]) throws {
    for setting in settings {
      let reports = try methods.map { method in
        let own = setting.with(method: method)
        return try measure(own, peers: [("equipoise joint", setting.with(method: Joint.name))])
      }
      switch format {
      case .table: Console.print(MethodCostTable(reports).text, terminator: "")
      case .json: try JSONOutput.print(reports)
      }
    }
  }

  private func measure(_ setting: BenchmarkSetting, peers: [(String, BenchmarkSetting)]) throws
    -> BenchmarkReport
  {
    let together = setting.workers > 1 ? ", \(setting.workers) workers" : ""
    let sides = [("equipoise \(setting.method)" + together, setting)] + peers
    let entries = try sides.map { name, setting in
      (name: name, setting: setting, process: try BenchmarkProcess(setting, command: ownCommand))
    }
    defer { for entry in entries { entry.process.stop() } }
    return try BenchmarkReport.measure(
      entries, rounds: rounds, steps: stepsPerRound(setting), besides: busy)
  }

  /// The same step by several processes, among which the threads are shared out.
  private func together(_ setting: BenchmarkSetting) -> BenchmarkSetting {
    var setting = setting
    (setting.workers, setting.threads) = (workers, max(1, setting.threads / workers))
    return setting
  }

  private func stepsPerRound(_ setting: BenchmarkSetting) -> Int {
    steps ?? (setting.encoder == .transformer ? 20 : 2)
  }

  private func measure(_ setting: BenchmarkSetting) throws -> BenchmarkReport {
    var sides = [("equipoise \(setting.method)", setting)]
    if setting.method != "joint" {
      var joint = setting
      (joint.method, joint.preset) = ("joint", nil)
      sides.append(("equipoise joint", joint))
    }
    var entries = try sides.map { name, setting in
      (name: name, setting: setting, process: try BenchmarkProcess(setting, command: ownCommand))
    }
    defer { for entry in entries { entry.process.stop() } }
    if python != "none", setting.preset == nil {
      for compiled in compile ? [false, true] : [false] {
        var peer = peerSetting(setting)
        peer.compiled = compiled
        let name = "PyTorch \(setting.method)" + (compiled ? " compiled" : "")
        let process = try BenchmarkProcess(pyTorch: peer, python: python, script: script)
        entries.append((name: name, setting: peer, process: process))
      }
    }
    return try BenchmarkReport.measure(
      entries, rounds: rounds, steps: stepsPerRound(setting), besides: busy)
  }

  private var ownCommand: [String] { [program, "benchmark", "--serve"] }

  private var program: String { Bundle.main.executablePath ?? CommandLine.arguments[0] }

  private func peerSetting(_ setting: BenchmarkSetting) -> BenchmarkSetting {
    var setting = setting
    if plainPeer { (setting.precision, setting.channelsLast) = (.fp32, false) }
    return setting
  }

  // MARK: Settings

  private var settings: [BenchmarkSetting] {
    guard preset == .all else {
      return [setting(preset, precision ?? .fp32, channelsLast: channelsLast)]
    }
    let precisions = precision.map { [$0] } ?? [.fp32, .bf16]
    return precisions.flatMap { precision in
      [
        setting(.resnet18, precision, channelsLast: false),
        setting(.resnet18, precision, channelsLast: true),
        setting(.transformer, precision, channelsLast: false),
      ]
    }
  }

  private func setting(
    _ preset: Preset, _ precision: Precision, channelsLast: Bool
  ) -> BenchmarkSetting {
    var setting = preset == .transformer ? BenchmarkSetting.mosi : BenchmarkSetting()
    if preset == .resnet18 { setting.shapes = [[1, size, size], [3, size, size]] }
    setting = setting.with(method: method)
    setting.preset = methodPreset
    (setting.batch, setting.threads, setting.device) = (batch, threads, device)
    setting.classes = classes ?? setting.classes
    (setting.precision, setting.channelsLast) = (precision, channelsLast)
    return setting
  }
}

import ArgumentParser
import Equipoise
import Foundation

/// `equipoise benchmark`
struct BenchmarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "benchmark",
    abstract: "Time a training step here and in PyTorch eager, in turn.",
    discussion: """
      Both sides take the same step (joint training, SGD with momentum) on random numbers with the \
      same threads, layout and arithmetic. The ratio is PyTorch's time divided by ours, round by \
      round: above 1 we are faster.
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

  @Option(help: "Samples per step.")
  var batch = 32

  @Option(help: "Height and width of images.")
  var size = 64

  @Option(help: "Threads of one operation; default: one for each core.")
  var threads = ProcessInfo.processInfo.activeProcessorCount

  @Option(help: "fp32 or bf16; default: both for 'all'.")
  var precision: Precision?

  @Flag(help: "Images with their channels innermost.")
  var channelsLast = false

  @Option(help: "Rounds that count.")
  var rounds = 7

  @Option(help: "Steps per round; default: as many as take about a second.")
  var steps: Int?

  @Option(help: "The Python interpreter that has PyTorch; 'none' times only this side.")
  var python = ".pytorch/bin/python"

  @Option(help: "PyTorch's side of the benchmark.")
  var script = "Benchmarks/pytorch_step.py"

  @Option(help: "How to print the figures.")
  var format = OutputFormat.table

  func validate() throws {
    guard batch >= 2, size >= 32, threads >= 1, rounds >= 1, (steps ?? 1) >= 1 else {
      throw ValidationError(
        "--batch takes 2 or more, --size 32 or more, --threads, --rounds and --steps 1 or more")
    }
  }

  func run() throws {
    // Each setting in a process of its own: memory peaks are then those of the setting.
    guard preset != .all else { return try runAll() }
    let setting = setting
    let peer =
      python == "none" ? nil : try PyTorchPeer(setting, python: python, script: script)
    defer { peer?.stop() }
    let steps = steps ?? (setting.encoder == .transformer ? 20 : 2)
    let report = try BenchmarkReport.measure(setting, rounds: rounds, steps: steps, peer: peer)
    switch format {
    case .table: print(BenchmarkTable(report).text, terminator: "")
    case .json: try JSONOutput.print(report)
    }
  }

  private var setting: BenchmarkSetting {
    var setting = preset == .transformer ? BenchmarkSetting.mosi : BenchmarkSetting()
    if preset == .resnet18 { setting.shapes = [[1, size, size], [3, size, size]] }
    setting.batch = batch
    setting.threads = threads
    setting.precision = precision ?? .fp32
    setting.channelsLast = channelsLast
    return setting
  }

  private func runAll() throws {
    let common = [
      "--batch", "\(batch)", "--size", "\(size)", "--threads", "\(threads)", "--rounds",
      "\(rounds)", "--python", python, "--script", script, "--format", format.rawValue,
    ]
    let settings = [
      ["resnet18"], ["resnet18", "--channels-last"], ["resnet18", "--precision", "bf16"],
      ["resnet18", "--channels-last", "--precision", "bf16"], ["transformer"],
      ["transformer", "--precision", "bf16"],
    ]
    for arguments in settings {
      let process = Process()
      process.executableURL = Bundle.main.executableURL
      process.arguments = ["benchmark"] + arguments + common
      try process.run()
      process.waitUntilExit()
      guard process.terminationStatus == 0 else { throw ExitCode(process.terminationStatus) }
    }
  }
}

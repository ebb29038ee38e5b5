import Equipoise
import Foundation

/// A benchmark's figures for reading.
struct BenchmarkTable {
  private let report: BenchmarkReport

  init(_ report: BenchmarkReport) { self.report = report }

  var text: String {
    var table = TextTable(["", "min", "median", "max"])
    table.add(["equipoise, ms/step"] + milliseconds(report.seconds))
    if let seconds = report.peerSeconds, let ratio = report.ratio {
      table.add(["PyTorch \(report.peerVersion ?? ""), ms/step"] + milliseconds(seconds))
      table.add(
        ["PyTorch / equipoise"] + [ratio.minimum, ratio.median, ratio.maximum].map(ratioText))
    }
    return "\(title)\n" + table.text() + memory + "\n\n"
  }

  private var title: String {
    let setting = report.setting
    let shapes = setting.shapes.map(Numbers.shape).joined(separator: " + ")
    let layout = setting.channelsLast ? "channels last" : "contiguous"
    return
      "\(setting.encoder.rawValue), \(shapes), batch \(setting.batch), \(setting.precision.rawValue), "
      + "\(layout), \(setting.threads) threads, "
      + "\(Numbers.count(report.multiplyAddsPerSample)) multiply-adds/sample"
  }

  private var memory: String {
    let own = "peak memory: equipoise \(Numbers.bytes(report.peakMemory))"
    guard let peer = report.peerPeakMemory else { return own }
    return own + ", PyTorch \(Numbers.bytes(peer))"
  }

  private func milliseconds(_ spread: Spread) -> [String] {
    [spread.minimum, spread.median, spread.maximum].map { String(format: "%.2f", 1000 * $0) }
  }

  private func ratioText(_ ratio: Double) -> String { String(format: "%.2f", ratio) }
}

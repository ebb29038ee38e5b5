// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import EquipoiseKit

struct ProgressTests {
  /// A display whose clock the test sets.
  private final class Screen {
    var texts: [String] = []
    var time = 0.0

    func output(isTerminal: Bool, columns: Int = 200, interval: Double) -> Progress.Output {
      Progress.Output(
        isTerminal: isTerminal, columns: columns, interval: interval,
        show: { self.texts.append($0) }, now: { self.time })
    }
  }

  @Test func drawsABarOnATerminal() {
    let screen = Screen()
    let progress = Progress(screen.output(isTerminal: true, interval: 0.1))
    progress.begin("epoch 1/3", samples: 100, later: 200)
    screen.time = 2
    progress.advance(25) { "loss 0.5" }
    progress.finish(detail: "loss 0.4")
    #expect(
      screen.texts == [
        "\repoch 1/3  [#####...............] 25/100  12 samples/s  ETA 0:22  loss 0.5\u{1B}[K",
        "\repoch 1/3  12 samples/s  loss 0.4\u{1B}[K\n",
      ])
  }

  @Test func cutsABarThatIsWiderThanTheTerminal() {
    let screen = Screen()
    let progress = Progress(screen.output(isTerminal: true, columns: 12, interval: 0))
    progress.begin("epoch 1/3", samples: 10)
    progress.advance(1) { "" }
    #expect(screen.texts == ["\repoch 1/3  \u{1B}[K"])
  }

  @Test func writesPlainLinesElsewhere() {
    let screen = Screen()
    let progress = Progress(screen.output(isTerminal: false, interval: 10))
    progress.begin("epoch 2/3", samples: 40_000)
    for second in 1...25 {
      screen.time = Double(second)
      progress.advance(2) { "loss 0.5" }
    }
    progress.finish(detail: "done")
    #expect(
      screen.texts == [
        "epoch 2/3  20/40000  2.00 samples/s  ETA 5:33:10  loss 0.5\n",
        "epoch 2/3  40/40000  2.00 samples/s  ETA 5:33:00  loss 0.5\n",
        "epoch 2/3  2.00 samples/s  done\n",
      ])
  }

  @Test func asksForDetailsOnlyWhenTheyAreShown() {
    let screen = Screen()
    let progress = Progress(screen.output(isTerminal: false, interval: 10))
    progress.begin("epoch", samples: 100)
    var asked = 0
    for second in [1.0, 9.9, 10, 11, 20] {
      screen.time = second
      progress.advance(1) {
        asked += 1
        return ""
      }
    }
    #expect(asked == 2)
  }

  @Test func knowsNoRateBeforeTimePasses() {
    let screen = Screen()
    let progress = Progress(screen.output(isTerminal: false, interval: 0))
    progress.begin("epoch", samples: 0)
    progress.advance(0) { "start" }
    #expect(screen.texts == ["epoch  0/0  0.00 samples/s  ETA -:--  start\n"])
  }
}

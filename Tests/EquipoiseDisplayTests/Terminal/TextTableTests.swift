// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import EquipoiseDisplay

@Suite struct TextTableTests {
  @Test func alignsTextLeftAndNumbersRight() {
    var table = TextTable(["name", "count"])
    table.add(["audio", "7"])
    table.add(["x", "1 000 000"])
    table.add(["no number"])
    #expect(
      table.text() == """
        name           count
        audio              7
        x          1 000 000
        no number

        """)
  }

  @Test func leavesOutEmptyTitles() {
    var table = TextTable(["", ""], [.left, .left])
    table.add(["a", "b"])
    #expect(table.text() == "a  b\n")
  }

  @Test(arguments: [
    (0, "0"), (999, "999"), (1000, "1 000"), (11_181_642, "11 181 642"), (-1234, "-1 234"),
  ])
  func groupsThousands(number: Int, text: String) {
    #expect(Numbers.count(number) == text)
  }

  @Test func showsUnits() {
    #expect(Numbers.bytes(1023) == "1023 B")
    #expect(Numbers.bytes(1024) == "1.0 KiB")
    #expect(Numbers.bytes(3 << 29) == "1.5 GiB")
    #expect(Numbers.duration(4.25) == "4.2 s")
    #expect(Numbers.duration(200) == "3 min 20 s")
    #expect(Numbers.duration(3725) == "1 h 02 min")
    #expect(Numbers.percent(0.8125) == "81.2 %")
    #expect(Numbers.percent(nil) == "–")
  }
}

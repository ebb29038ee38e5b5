// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import EquipoiseDisplay

struct GridTests {
  private var grid: Grid {
    var grid = Grid(["entry", "accuracy %"])
    grid.add(["a_b", "87.0 ± 0.4"])
    return grid
  }

  @Test func markdown() {
    #expect(
      grid.markdown == """
        | entry | accuracy % |
        | --- | ---: |
        | a\\_b | 87.0 ± 0.4 |

        """)
    #expect(Grid.markdown("a|b*`<x") == "a\\|b\\*\\`\\<x")
  }

  @Test func latex() {
    #expect(
      grid.latex == """
        \\begin{tabular}{lr}
          \\hline
          entry & accuracy \\% \\\\
          \\hline
          a\\_b & 87.0 $\\pm$ 0.4 \\\\
          \\hline
        \\end{tabular}

        """)
    #expect(
      Grid.latex("a_b&c%d$e#f{g}~h^i\\j") == "a\\_b\\&c\\%d\\$e\\#f\\{g\\}\\textasciitilde{}h"
        + "\\textasciicircum{}i\\textbackslash{}j")
    #expect(Grid.latex("−1.0, < 0.001, –") == "$-$1.0, $<$ 0.001, --")
  }
}

// SPDX-License-Identifier: Apache-2.0
import EquipoiseKit
import Testing

struct EquipoiseErrorTests {
  @Test(arguments: [
    (EquipoiseError(.data, "label 7 is out of range"), "label 7 is out of range"),
    (EquipoiseError(.data, "is empty", at: "a.npy"), "a.npy: is empty"),
    (EquipoiseError(.device, "no CUDA", fix: "use cpu"), "no CUDA; use cpu"),
    (EquipoiseError(.usage, "no value", at: "data", fix: "add one"), "data: no value; add one"),
  ])
  func saysWhatWhereAndHowToFix(error: EquipoiseError, expected: String) {
    #expect("\(error)" == expected)
  }
}

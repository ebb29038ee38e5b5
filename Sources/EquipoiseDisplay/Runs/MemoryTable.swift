// SPDX-License-Identifier: Apache-2.0
import Equipoise

extension MemoryEstimate {
  /// The estimate as a table.
  var text: String {
    var table = TextTable(["memory of a step", ""])
    table.add(["weights", Numbers.bytes(weights)])
    table.add(["gradients", Numbers.bytes(gradients)])
    table.add(["optimiser", Numbers.bytes(optimiser)])
    if method > 0 { table.add(["method", Numbers.bytes(method)]) }
    table.add(["activations", "≈ " + Numbers.bytes(activations)])
    table.add(["all", "≈ " + Numbers.bytes(total)])
    return table.text()
  }
}

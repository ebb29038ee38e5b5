// SPDX-License-Identifier: Apache-2.0
import EquipoiseTorch
import Testing

@testable import EquipoiseKit
@testable import EquipoiseTraining

/// What a device keeps is read as it is, and converted on the host.
struct StepLogReadingTests {
  @Test func numbersOfSeveralTypesKeepTheirOrderAndDigits() {
    let third = 1.0 / 3
    let numbers = [
      Tensor(third), Tensor(Float(0.1)), Tensor(Int64(7)), Tensor(Float(0.2)), Tensor(2 * third),
    ]
    #expect(
      numbers.doubles() == [third, Double(Float(0.1)), 7, Double(Float(0.2)), 2 * third])
    #expect([Tensor]().doubles() == [])
  }

  /// Nothing asks the device for a type of its own, such as double precision, which Metal lacks.
  @Test func nothingIsConvertedOnTheDevice() {
    let trace = OperatorTrace.record { [Tensor(Float(1)), Tensor(Float(2))].doubles() }
    let device = trace.calls.prefix { $0.name != "aten::to.device" }
    #expect(device.map(\.name).filter { $0.hasPrefix("aten::to") } == [])
  }
}

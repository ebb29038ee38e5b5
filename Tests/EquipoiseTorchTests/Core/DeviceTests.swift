// SPDX-License-Identifier: Apache-2.0
import Testing
import EquipoiseTorch

struct DeviceTests {
  @Test func names() throws {
    #expect(try Device(named: "cpu") == .cpu)
    #expect(Device.cpu.description == "cpu")
    #expect(Device(kind: .cuda, index: 2).description == "cuda:2")
    #expect(Device.count(of: .cpu) == 1)
  }

  @Test(
    "nonsense is refused",
    arguments: ["", "gpu", "cpu:1", "cuda:", "cuda:x", "cuda:-1", "cuda:1:2", "auto:1"])
  func unknown(_ name: String) {
    let error = #expect(throws: TorchError.self) { try Device(named: name) }
    #expect(error?.description == "'\(name)' is not a device; use auto, cpu, cuda:N or mps")
  }

  @Test("an absent device is refused", .enabled(if: Device.count(of: .cuda) == 0))
  func absent() throws {
    let error = #expect(throws: TorchError.self) { try Device(named: "cuda:1") }
    #expect(error?.description.contains("device cuda:1 was asked for, but no cuda device") == true)
    #expect(throws: TorchError.self) { try Device(named: "cuda") }
    if Device.count(of: .mps) == 0 { #expect(try Device(named: "auto") == .cpu) }
  }
}

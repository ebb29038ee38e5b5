// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import EquipoiseTorch

/// Copies between devices: nothing is read before it is there.
struct ConversionTests {
  private static let devices = [
    Device.cpu, Device(kind: .cuda, index: 0), Device(kind: .cuda, index: 1),
    Device(kind: .mps, index: 0),
  ]

  @Test(arguments: devices, [true, false])
  func copiesTowardsTheHostAreWaitedFor(source: Device, pinned: Bool) {
    #expect(!Tensor.copyGoesOn(from: source, pinned: { pinned }, to: .cpu))
  }

  @Test(arguments: devices.dropFirst())
  func copiesToAnAcceleratorGoOnOutOfPinnedMemoryOnly(target: Device) {
    #expect(Tensor.copyGoesOn(from: .cpu, pinned: { true }, to: target))
    #expect(!Tensor.copyGoesOn(from: .cpu, pinned: { false }, to: target))
  }

  /// What libtorch is really asked for when numbers are read.
  @Test func readingAsksLibtorchToWait() throws {
    let tensor = Tensor([1, 2] as [Float])
    let trace = OperatorTrace.record { tensor.array(of: Double.self) }
    let copies = trace.calls.filter { $0.name == "aten::to.device" }
    #expect(trace.result == [1, 2] && copies.count == 1)
    guard case .bool(let goesOn)? = copies.first?.arguments[3] else {
      Issue.record("no argument says whether to wait")
      return
    }
    #expect(!goesOn)
  }

  @Test func ordinaryMemoryIsNotPinned() { #expect(!Tensor.ones([3]).isPinned) }
}

// SPDX-License-Identifier: Apache-2.0
internal import CEquipoiseTorch

/// A seeded stream of random numbers on a device. Each consumer has its own.
public final class Generator {
  let raw: CTGenerator
  /// Where numbers are drawn.
  public let device: Device

  /// A stream that starts at `seed`.
  public init(seed: UInt64, device: Device = .cpu) {
    var raw = CTGenerator()
    check(ct_generator_create(device.handle, seed, &raw), "generator on \(device)")
    self.raw = raw
    self.device = device
  }

  deinit { ct_generator_free(raw) }

  /// Where the stream stands, as bytes (`uint8`, on the CPU). Setting it continues from there.
  public var state: Tensor {
    get {
      var tensor = CTTensor()
      check(ct_generator_state(raw, &tensor), "state of a generator")
      return Tensor(owning: tensor)
    }
    set { check(ct_generator_set_state(raw, newValue.raw), "state of a generator") }
  }

  /// Continues from a state that a file holds.
  ///
  /// - Parameter state: bytes from ``state`` of a generator of the same kind of device.
  /// - Throws: ``TorchError`` when the bytes are not such a state.
  public func restore(_ state: Tensor) throws(TorchError) {
    try tryCheck(ct_generator_set_state(raw, state.raw), "state of a random generator")
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import CEquipoiseTorch

/// Where a tensor lives and is computed.
public struct Device: Hashable, Sendable, CustomStringConvertible {
  /// The kind of device.
  public enum Kind: Int32, Sendable, CaseIterable {
    /// The host processor.
    case cpu = 0
    /// An NVIDIA GPU.
    case cuda = 1
    /// An Apple GPU.
    case mps = 13
  }

  /// The kind of device.
  public let kind: Kind
  /// Which one of its kind, from 0.
  public let index: Int

  /// The host processor.
  public static let cpu = Device(kind: .cpu, index: 0)

  /// A device by kind and index.
  public init(kind: Kind, index: Int) {
    self.kind = kind
    self.index = index
  }

  /// `cpu`, `mps` or `cuda:N`.
  public var description: String { kind == .cuda ? "cuda:\(index)" : "\(kind)" }

  /// How many devices of a kind this process can use.
  public static func count(of kind: Kind) -> Int { Int(ct_device_count(kind.rawValue)) }

  /// Bytes of an accelerator's memory: all of it, and the most that this process's tensors have held at
  /// one time; nil for the host, and where libtorch keeps no count.
  public var memory: (total: Int, peak: Int)? {
    var (total, peak): (Int64, Int64) = (0, 0)
    guard ct_device_memory(handle, &total, &peak) == 0 else { return nil }
    return (Int(total), Int(peak))
  }

  /// Waits until everything issued to the device is done; timings need it.
  public func synchronize() {
    check(ct_synchronize(handle), "synchronize")
  }

  /// libtorch calls the host index −1, which also means "the current one" for others.
  var handle: CTDevice { CTDevice(type: kind.rawValue, index: kind == .cpu ? -1 : Int32(index)) }

  init(_ handle: CTDevice) {
    self.init(kind: Kind(rawValue: handle.type) ?? .cpu, index: max(0, Int(handle.index)))
  }
}

extension Device {
  /// Reads `auto`, `cpu`, `cuda`, `cuda:N` or `mps`.
  ///
  /// `auto` takes the first CUDA device, else MPS, else the CPU.
  ///
  /// - Parameter name: the device as a user writes it.
  /// - Throws: ``TorchError`` when the name is unknown or no such device can be used here.
  public init(named name: String) throws(TorchError) {
    let parts = name.split(separator: ":", omittingEmptySubsequences: false)
    let index = parts.count == 2 ? Int(parts[1]) : 0
    switch (parts.first, index) {
    case ("auto", 0) where parts.count == 1: self = Self.preferred
    case ("cpu", 0): self = .cpu
    case ("mps", 0): self = try Self.available(.mps, 0)
    case ("cuda", let index?) where parts.count <= 2 && index >= 0:
      self = try Self.available(.cuda, index)
    default:
      throw TorchError.device("'\(name)' is not a device; use auto, cpu, cuda:N or mps")
    }
  }

  private static var preferred: Device {
    if count(of: .cuda) > 0 { return Device(kind: .cuda, index: 0) }
    if count(of: .mps) > 0 { return Device(kind: .mps, index: 0) }
    return .cpu
  }

  private static func available(_ kind: Kind, _ index: Int) throws(TorchError) -> Device {
    let count = count(of: kind)
    let device = Device(kind: kind, index: index)
    guard index < count else {
      let found = count == 0 ? "no \(kind) device" : "only \(count) \(kind) device(s)"
      throw TorchError.device(
        "device \(device) was asked for, but \(found) can be used here; "
          + "use auto or cpu, or check the driver and the libtorch build")
    }
    return device
  }
}

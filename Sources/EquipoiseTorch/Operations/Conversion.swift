// SPDX-License-Identifier: Apache-2.0
internal import CEquipoiseTorch

extension Tensor {
  /// The same numbers in another type.
  public func to(_ dtype: DType) -> Tensor {
    dtype == self.dtype ? self : Operator.toType(.tensor(self), .dtype(dtype))
  }

  /// The same numbers on another device, of another type, in another layout; itself where nothing
  /// changes.
  ///
  /// Between the host and an accelerator the type changes on the host: Metal, for one, has no double
  /// precision.
  public func to(
    _ device: Device, dtype: DType? = nil, layout: MemoryLayoutOrder = .preserve
  ) -> Tensor {
    let wanted = dtype ?? self.dtype
    let moved =
      switch (self.device.kind, device.kind) {
      case (.cpu, .cpu): copied(to: device, as: wanted)
      case (.cpu, _): to(wanted).copied(to: device, as: wanted)
      case (_, .cpu): copied(to: device, as: self.dtype).to(wanted)
      default: copied(to: device, as: wanted)
      }
    return layout == .preserve ? moved : moved.contiguous(layout)
  }

  private func copied(to device: Device, as dtype: DType) -> Tensor {
    let goesOn = Self.copyGoesOn(from: self.device, pinned: { isPinned }, to: device)
    return Operator.toDevice(
      .tensor(self), .device(device), .dtype(dtype), .bool(goesOn), .bool(false))
  }

  /// Whether a copy may go on while the program does.
  ///
  /// Only towards an accelerator, as the program reads on the host at once, and only out of memory
  /// that the system keeps in place.
  static func copyGoesOn(from source: Device, pinned: () -> Bool, to target: Device) -> Bool {
    source.kind == .cpu && target.kind != .cpu && pinned()
  }

  /// Whether the numbers lie in host memory that an accelerator can read by itself.
  public var isPinned: Bool { ct_tensor_is_pinned(raw) }

  /// The same numbers in host memory that an accelerator can read by itself, so that a copy to it
  /// takes none of the program's time. For tensors on the host; there must be an accelerator.
  public func pinned() -> Tensor { Operator.pinMemory(.tensor(self)) }

  /// The same numbers, from the host to a device; on CUDA through page-locked memory, as a copy out of any other would
  /// wait for all steps before.
  package func sent(to device: Device) -> Tensor {
    device.kind == .cuda ? pinned().to(device) : to(device)
  }

  /// The same numbers, dense in memory in the given order; itself where they are.
  public func contiguous(_ layout: MemoryLayoutOrder = .contiguous) -> Tensor {
    isContiguous(layout)
      ? self : Operator.contiguous(.tensor(self), .int(Int(layout.rawValue)))
  }

  /// The same numbers in single precision where they are in half: losses need more than half.
  public func inFullPrecision() -> Tensor {
    dtype == .bfloat16 || dtype == .float16 ? to(.float32) : self
  }

  /// A copy with memory of its own.
  public func cloned() -> Tensor { Operator.clone(.tensor(self)) }
}

extension Operator {
  fileprivate static let toType = Operator("aten::to", "dtype")
  fileprivate static let toDevice = Operator("aten::to", "device")
  fileprivate static let contiguous = Operator("aten::contiguous")
  fileprivate static let clone = Operator("aten::clone")
  fileprivate static let pinMemory = Operator("aten::pin_memory")
  static let detach = Operator("aten::detach")
  static let copy_ = Operator("aten::copy_")
}

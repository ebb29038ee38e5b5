extension Tensor {
  /// The same numbers in another type.
  public func to(_ dtype: DType) -> Tensor {
    dtype == self.dtype ? self : Operator.toType(.tensor(self), .dtype(dtype))
  }

  /// The same numbers on another device, of another type, in another layout; itself where nothing
  /// changes.
  public func to(
    _ device: Device, dtype: DType? = nil, layout: MemoryLayoutOrder = .preserve
  ) -> Tensor {
    let moved = Operator.toDevice(
      .tensor(self), .device(device), .dtype(dtype ?? self.dtype), .bool(true), .bool(false))
    return layout == .preserve ? moved : moved.contiguous(layout)
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
  static let detach = Operator("aten::detach")
  static let copy_ = Operator("aten::copy_")
}

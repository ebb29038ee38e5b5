// SPDX-License-Identifier: Apache-2.0
internal import CEquipoiseTorch

/// A trainable tensor of a module. The one thing an optimiser changes.
public final class Parameter {
  private var stored: Tensor
  private var substitute: Tensor?
  /// Whether training leaves the parameter as it is at the moment. Batch normalisation whose parameters are frozen keeps
  /// to its running statistics.
  public var isFrozen = false

  /// A parameter that starts as a copy-free leaf over `tensor`'s numbers.
  public init(_ tensor: Tensor) { stored = tensor.asLeaf() }

  /// The tensor a forward pass uses: the parameter, or what ``withParameters(_:of:_:)`` put in its
  /// place.
  public var value: Tensor { substitute ?? stored }

  /// The parameter itself, whatever is substituted for it at the moment.
  public var leaf: Tensor { stored }

  /// The gradient that backward passes have accumulated, if any.
  public var gradient: Tensor? {
    get {
      var raw = CTTensor()
      check(ct_tensor_grad(stored.raw, &raw), "gradient")
      return raw.impl == nil ? nil : Tensor(owning: raw)
    }
    set {
      let raw = newValue?.raw ?? CTTensor()
      check(ct_tensor_set_grad(stored.raw, raw), "gradient")
    }
  }

  /// Overwrites the numbers; type, device and layout stay.
  ///
  /// - Parameter tensor: the new numbers, of the parameter's shape.
  public func assign(_ tensor: Tensor) {
    precondition(tensor.shape == stored.shape, "assign \(tensor.shape) to \(stored.shape)")
    withoutGradient { Operator.copy_.run(.tensor(stored), .tensor(tensor)) }
  }

  /// Moves the parameter; optimisers made before hold the old tensor.
  package func move(to device: Device, dtype: DType, layout: MemoryLayoutOrder) {
    stored = stored.detached().to(device, dtype: dtype, layout: layout).asLeaf()
  }

  /// Puts `tensor` in the parameter's place, or takes the parameter itself back for `nil`.
  ///
  /// - Returns: what was in its place before.
  func substitute(_ tensor: Tensor?) -> Tensor? {
    if let tensor {
      precondition(
        tensor.shape == stored.shape, "substitute \(tensor.shape) for \(stored.shape)")
    }
    defer { substitute = tensor }
    return substitute
  }
}

/// A tensor of a module that is saved but not trained, such as running statistics.
public final class Buffer {
  /// The numbers.
  public private(set) var value: Tensor

  /// A buffer that starts as `tensor`.
  public init(_ tensor: Tensor) { value = tensor.detached() }

  /// Overwrites the numbers; type, device and layout stay.
  ///
  /// - Parameter tensor: the new numbers, of the buffer's shape.
  public func assign(_ tensor: Tensor) {
    precondition(tensor.shape == value.shape, "assign \(tensor.shape) to \(value.shape)")
    withoutGradient { Operator.copy_.run(.tensor(value), .tensor(tensor)) }
  }

  /// Adds 1 to a counter.
  func increment() { Operator.addScalar_.run(.tensor(value), .int(1)) }

  /// Moves the buffer; counters keep their integer type.
  package func move(to device: Device, dtype: DType) {
    value = value.to(device, dtype: value.dtype.isFloatingPoint ? dtype : value.dtype)
  }
}

extension Tensor {
  /// Overwrites the numbers; type, device and layout stay.
  package func overwrite(with tensor: Tensor) {
    precondition(tensor.shape == shape, "overwrite \(shape) with \(tensor.shape)")
    withoutGradient { Operator.copy_.run(.tensor(self), .tensor(tensor)) }
  }
}

extension Operator {
  fileprivate static let addScalar_ = Operator("aten::add_", "Scalar")
}

extension Tensor {
  /// `self + factor · other`, element by element with broadcasting, in one pass over memory.
  public func addingProduct(_ factor: Tensor, _ other: Tensor) -> Tensor {
    Operator.addcmul(.tensor(self), .tensor(factor), .tensor(other))
  }
}

extension Operator {
  fileprivate static let addcmul = Operator("aten::addcmul")
}

extension Tensor {
  /// The eigenvalues, ascending, and eigenvectors, in columns, of a symmetric matrix [N, N].
  public func symmetricEigen() -> (values: Tensor, vectors: Tensor) {
    precondition(
      rank == 2 && size(0) == size(1), "symmetricEigen of a tensor of shape \(shape)")
    let results = Operator.eigh.results(2, .tensor(self), .string("L"))
    return (results[0], results[1])
  }
}

extension Operator {
  fileprivate static let eigh = Operator("aten::linalg_eigh")
}

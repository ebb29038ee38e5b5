// SPDX-License-Identifier: Apache-2.0
extension Tensor {
  /// The eigenvalues, ascending, and eigenvectors, in columns, of symmetric matrices [*, N, N].
  public func symmetricEigen() -> (values: Tensor, vectors: Tensor) {
    precondition(
      rank >= 2 && size(-2) == size(-1), "symmetricEigen of a tensor of shape \(shape)")
    let results = Operator.eigh.results(2, .tensor(self), .string("L"))
    return (results[0], results[1])
  }

  /// Orthonormal columns that span, from the left, what the columns of [*, N, C], C ≤ N, span: the Q
  /// of Householder's QR decomposition. Columns that add nothing are given some direction at right
  /// angles to all before.
  public func orthonormalColumns() -> Tensor {
    precondition(
      rank >= 2 && size(-1) <= size(-2), "orthonormalColumns of a tensor of shape \(shape)")
    return Operator.qr.results(2, .tensor(self), .string("reduced"))[0]
  }

  /// x W + b in every matrix of a stack: self [G, O, n], weight [G, n, m], bias [G, 1, m] → [G, O, m].
  public func batchedAffine(weight: Tensor, bias: Tensor) -> Tensor {
    MultiplyAdds.add { count * weight.size(-1) }
    return Operator.baddbmm(
      .tensor(bias), .tensor(self), .tensor(weight), .double(1), .double(1))
  }
}

extension Operator {
  fileprivate static let eigh = Operator("aten::linalg_eigh")
  fileprivate static let qr = Operator("aten::linalg_qr")
  fileprivate static let baddbmm = Operator("aten::baddbmm")
}

// SPDX-License-Identifier: Apache-2.0
/// The parameters of an optimiser, and their gradients in the form the fused kernels need.
struct ParameterGroup {
  let entries: [NamedParameter]
  private let leaves: [Tensor]

  init(_ entries: [NamedParameter]) {
    precondition(!entries.isEmpty, "an optimiser without parameters")
    precondition(
      Set(entries.map { ObjectIdentifier($0.parameter) }).count == entries.count,
      "an optimiser with one parameter under two names")
    self.entries = entries
    leaves = entries.map(\.parameter.leaf)
    for (entry, leaf) in zip(entries, leaves) {
      // The kernels walk memory from the first element on.
      precondition(
        leaf.isContiguous() || leaf.isContiguous(.channelsLast),
        "optimiser: \(entry.name) \(leaf.shape) has gaps in memory (strides \(leaf.strides))")
      precondition(
        leaf.dtype == leaves[0].dtype && leaf.device == leaves[0].device,
        "optimiser: \(entry.name) is \(leaf.dtype) on \(leaf.device), "
          + "\(entries[0].name) \(leaves[0].dtype) on \(leaves[0].device)")
    }
  }

  /// Zeros that lie in memory as the parameters do.
  func zeros() -> [Tensor] { leaves.map { $0.zerosLike() } }

  /// Statistics under the names a checkpoint gives them.
  func named(_ prefix: String, _ tensors: [Tensor]) -> [NamedTensor] {
    zip(entries, tensors).map { ("\(prefix).\($0.name)", $1) }
  }

  /// Which parameters have a gradient, and those gradients laid out as the parameters.
  func present(_ gradients: [Tensor?]) -> (
    indices: [Int], parameters: [Tensor], gradients: [Tensor]
  ) {
    precondition(
      gradients.count == leaves.count,
      "optimiser: \(gradients.count) gradients for \(leaves.count) parameters")
    let indices = gradients.indices.filter { gradients[$0] != nil }
    let matching = indices.compactMap { index in
      gradients[index].map { matched($0, index) }
    }
    return (indices, indices.map { leaves[$0] }, matching)
  }

  /// `autograd::grad` gives gradients in any layout, while the kernels pair the n-th number in
  /// memory of the gradient with the n-th of the parameter.
  private func matched(_ gradient: Tensor, _ index: Int) -> Tensor {
    let leaf = leaves[index]
    let name = entries[index].name
    precondition(
      entries[index].parameter.leaf.isSame(as: leaf),
      "optimiser: \(name) was moved after the optimiser was made")
    precondition(
      gradient.shape == leaf.shape && gradient.dtype == leaf.dtype
        && gradient.device == leaf.device,
      "optimiser: gradient \(gradient.dtype)\(gradient.shape) for \(name), "
        + "\(leaf.dtype)\(leaf.shape)")
    if gradient.liesInMemory(as: leaf) { return gradient.detached() }
    let copy = leaf.zerosLike()
    Operator.copy_.run(.tensor(copy), .tensor(gradient))
    return copy
  }
}

extension Tensor {
  /// Whether equal indices are at equal distances from the first element.
  fileprivate func liesInMemory(as other: Tensor) -> Bool {
    zip(shape, zip(strides, other.strides)).allSatisfy { size, strides in
      size == 1 || strides.0 == strides.1
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
extension Tensor {
  /// The same elements under another shape; one size may be −1.
  public func reshaped(_ shape: [Int]) -> Tensor { Operator.reshape(.tensor(self), .ints(shape)) }
  /// Dimensions in another order.
  public func permuted(_ order: [Int]) -> Tensor { Operator.permute(.tensor(self), .ints(order)) }
  /// Two dimensions exchanged.
  public func transposed(_ a: Int, _ b: Int) -> Tensor {
    Operator.transpose(.tensor(self), .int(a), .int(b))
  }
  /// The indices of a dimension from last to first.
  public func reversed(_ dimension: Int) -> Tensor {
    Operator.flip(.tensor(self), .ints([dimension]))
  }
  /// Dimensions from `first` on folded into one.
  public func flattened(from first: Int = 0) -> Tensor {
    Operator.flatten(.tensor(self), .int(first), .int(-1))
  }
  /// A new dimension of size 1.
  public func unsqueezed(_ dimension: Int) -> Tensor {
    Operator.unsqueeze(.tensor(self), .int(dimension))
  }
  /// Without a dimension of size 1.
  public func squeezed(_ dimension: Int) -> Tensor {
    Operator.squeeze(.tensor(self), .int(dimension))
  }
  /// A view with dimensions of size 1 repeated.
  public func expanded(_ shape: [Int]) -> Tensor { Operator.expand(.tensor(self), .ints(shape)) }
  /// Each element along a dimension repeated in place.
  public func repeatingElements(_ times: Int, dimension: Int) -> Tensor {
    Operator.repeatInterleave(.tensor(self), .int(times), .int(dimension))
  }
  /// A view of the indices in `range` along a dimension.
  public func slice(_ range: Range<Int>, dimension: Int = 0) -> Tensor {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= size(dimension),
      "slice \(range) of dimension \(dimension) of \(shape)")
    return Operator.narrow(
      .tensor(self), .int(dimension), .int(range.lowerBound), .int(range.count))
  }
  /// A view of one index along a dimension, which disappears.
  public func select(_ index: Int, dimension: Int = 0) -> Tensor {
    Operator.select(.tensor(self), .int(dimension), .int(index))
  }
  /// Views of every index along a dimension, which disappears.
  public func unbound(_ dimension: Int = 0) -> [Tensor] {
    Operator.unbind.results(size(dimension), .tensor(self), .int(dimension))
  }
  /// The given indices along a dimension.
  public func gatheringRows(_ indices: Tensor, dimension: Int = 0) -> Tensor {
    Operator.indexSelect(.tensor(self), .int(dimension), .tensor(indices))
  }
  /// For each row, the element whose column `indices` names. Self [N, C], indices [N] → [N].
  public func gatheringColumns(_ indices: Tensor) -> Tensor {
    Operator.gather(.tensor(self), .int(1), .tensor(indices.unsqueezed(1))).squeezed(1)
  }
  /// Parts of the given sizes along a dimension.
  public func split(_ sizes: [Int], dimension: Int) -> [Tensor] {
    Operator.split.results(sizes.count, .tensor(self), .ints(sizes), .int(dimension))
  }
  /// Tensors joined along a dimension they have.
  public static func concatenated(_ tensors: [Tensor], dimension: Int) -> Tensor {
    Operator.cat(.tensors(tensors), .int(dimension))
  }
  /// Tensors joined along a new dimension.
  public static func stacked(_ tensors: [Tensor], dimension: Int = 0) -> Tensor {
    Operator.stack(.tensors(tensors), .int(dimension))
  }
  /// Sums rows by label: [N, …], labels [N] in 0..<K → [K, …].
  public func sumsByLabel(_ labels: Tensor, classes: Int) -> Tensor {
    let zeros = Tensor.zeros([classes] + shape.dropFirst(), dtype: dtype, device: device)
    return Operator.indexAdd(.tensor(zeros), .int(0), .tensor(labels), .tensor(self))
  }
  /// 1 at each label's column, else 0: [N] → [N, classes].
  public func oneHot(_ classes: Int, dtype: DType = .float32) -> Tensor {
    Operator.oneHot(.tensor(self), .int(classes)).to(dtype)
  }
}

extension Operator {
  fileprivate static let reshape = Operator("aten::reshape")
  fileprivate static let permute = Operator("aten::permute")
  fileprivate static let transpose = Operator("aten::transpose", "int")
  fileprivate static let flip = Operator("aten::flip")
  fileprivate static let flatten = Operator("aten::flatten", "using_ints")
  fileprivate static let unsqueeze = Operator("aten::unsqueeze")
  fileprivate static let squeeze = Operator("aten::squeeze", "dim")
  fileprivate static let expand = Operator("aten::expand")
  fileprivate static let repeatInterleave = Operator("aten::repeat_interleave", "self_int")
  fileprivate static let narrow = Operator("aten::narrow")
  fileprivate static let select = Operator("aten::select", "int")
  fileprivate static let unbind = Operator("aten::unbind", "int")
  fileprivate static let indexSelect = Operator("aten::index_select")
  fileprivate static let gather = Operator("aten::gather")
  fileprivate static let split = Operator("aten::split_with_sizes")
  fileprivate static let cat = Operator("aten::cat")
  fileprivate static let stack = Operator("aten::stack")
  fileprivate static let indexAdd = Operator("aten::index_add")
  fileprivate static let oneHot = Operator("aten::one_hot")
}

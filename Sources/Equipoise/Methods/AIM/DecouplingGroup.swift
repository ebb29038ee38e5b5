import Torch

/// The decoupling of those tensors of a block that have equally many rows of equal length: their maps
/// are stacked, so that one product serves them all (G tensors of O rows of n numbers, latent width ℓ).
///
/// Eq. 7 is `decouple`; Eq. 13 is `pullBack`; Eq. 8 is `train`.
final class DecouplingGroup {
  let names: [String]
  let parameters: [Parameter]
  let rows: Int
  let length: Int
  let width: Int
  /// Φ: [G, n, ℓ] and [G, 1, ℓ].
  private let phi: AffineStack
  /// Φ_mask: [G, ℓ, ℓ] and [G, 1, ℓ].
  private let mask: AffineStack
  /// Ψ: [G, ℓ, n] and [G, 1, n].
  private let psi: AffineStack

  /// The small start of Φ_mask, with which w ≈ ½ everywhere.
  private static let maskDeviation = 0.01

  init(
    _ entries: [(name: String, parameter: Parameter)], layout: RowLayout,
    settings: DecouplingConfiguration, from generator: Generator?
  ) {
    names = entries.map(\.name)
    parameters = entries.map(\.parameter)
    (rows, length, width) = (layout.rows, layout.length, layout.width)
    let theta = Self.stack(parameters, layout.rows, layout.length)
    let count = entries.count
    guard let generator else {
      // To be overwritten by a checkpoint.
      phi = AffineStack(zeros: [count, layout.length, layout.width], like: theta)
      mask = AffineStack(zeros: [count, layout.width, layout.width], like: theta)
      psi = AffineStack(zeros: [count, layout.width, layout.length], like: theta)
      return
    }
    switch settings.start {
    case .svd:
      let basis = LatentBasis.singular(theta, width: layout.width, from: generator)
      phi = AffineStack(basis)
      psi = AffineStack(basis.transposed(1, 2))
    case .random:
      phi = AffineStack(
        LatentBasis.random([count, layout.length, layout.width], like: theta, from: generator))
      psi = AffineStack(
        LatentBasis.random([count, layout.width, layout.length], like: theta, from: generator))
    }
    let small = Tensor.normal([count, layout.width, layout.width], from: generator)
    mask = AffineStack((small * Self.maskDeviation).to(theta.device, dtype: theta.dtype))
  }

  /// Θ as one stack of rows, [G, O, n], without history.
  private static func stack(_ parameters: [Parameter], _ rows: Int, _ length: Int) -> Tensor {
    Tensor.stacked(parameters.map { $0.leaf.detached().reshaped([rows, length]) })
  }

  /// Eq. 7 with its complementary branch. As Ψ is affine, Ψ(z⊙w) + Ψ(z⊙(1−w)) = Ψ(z) + b: two
  /// decodings give all three.
  ///
  /// - Parameter training: whether the complement and Ψ(z) are needed, for Eq. 8.
  /// - Returns: θ^b and what Eqs. 8 and 13 need.
  func decouple(training: Bool) -> DecoupledGroup {
    let theta = Self.stack(parameters, rows, length).asLeaf()
    let latent = phi(theta)
    let mask = mask(latent).sigmoid()
    let bad = psi(latent * mask)
    let whole = training ? psi(latent) : nil
    return DecoupledGroup(
      theta: theta, mask: mask.detached(), bad: bad, whole: whole,
      good: whole.map { $0 - bad + psi.bias.leaf })
  }

  /// Eq. 13: what a gradient at θ^b is at θ, J(θ)ᵀ g, with Φ, Φ_mask and Ψ held fixed.
  func pullBack(_ gradient: Tensor, through decoupled: DecoupledGroup, retaining: Bool) -> [Tensor]
  {
    let found = gradients(
      of: [decoupled.bad], withRespectTo: [decoupled.theta], seeds: [gradient],
      retainingGraph: retaining)
    return zip(parameters, found[0]?.unbound() ?? []).map { $1.reshaped($0.leaf.shape) }
  }

  /// The gradients of L_pdm (Eq. 8) by Φ, Φ_mask and Ψ, in the order of ``maps`` and ``masks``.
  ///
  /// - Parameters:
  ///   - gradient: of L_g by θ^g.
  ///   - decoupled: made with `training: true`.
  /// - Returns: gradients in that order.
  func gradientsOfObjective(_ gradient: Tensor, through decoupled: DecoupledGroup) -> [Tensor?] {
    guard let good = decoupled.good, let whole = decoupled.whole else {
      preconditionFailure("decoupled without what Eq. 8 needs")
    }
    // ∂‖θ − Ψ(z)‖² / ∂Ψ(z).
    let residual = (whole.detached() - decoupled.theta.detached()) * 2
    return gradients(
      of: [good, whole],
      withRespectTo: (maps + masks).map(\.parameter.leaf),
      seeds: [gradient.to(good.dtype), residual.to(whole.dtype)])
  }

  // MARK: Parameters and state

  /// Φ and Ψ.
  var maps: [(name: String, parameter: Parameter)] {
    phi.named("phi.\(names[0])") + psi.named("psi.\(names[0])")
  }

  /// Φ_mask.
  var masks: [(name: String, parameter: Parameter)] { mask.named("mask.\(names[0])") }

  /// Weight [out, in] and bias [out] of every tensor's own maps, as PyTorch's `Linear` has them.
  var state: [(name: String, tensor: Tensor)] {
    [("phi", phi), ("mask", mask), ("psi", psi)].flatMap { kind, stack in
      stack.state.enumerated().flatMap { index, pair in
        [
          ("\(kind).\(names[index]).weight", pair.weight),
          ("\(kind).\(names[index]).bias", pair.bias),
        ]
      }
    }
  }

  /// Continues from a saved state.
  func restore(_ saved: SavedState, below prefix: String) throws {
    for (kind, stack) in [("phi", phi), ("mask", mask), ("psi", psi)] {
      let (input, output) = (stack.weight.leaf.size(1), stack.weight.leaf.size(2))
      stack.assign(
        try names.map { name in
          let place = "\(kind).\(prefix).\(name)"
          return (
            try saved.tensor(place + ".weight", shape: [output, input]),
            try saved.tensor(place + ".bias", shape: [output])
          )
        })
    }
  }
}

/// One group's parameters, taken apart.
struct DecoupledGroup {
  /// θ as a leaf, [G, O, n].
  let theta: Tensor
  /// w, [G, O, ℓ], a constant.
  let mask: Tensor
  /// θ^b, [G, O, n].
  let bad: Tensor
  /// Ψ(z), where Eq. 8 is to be minimised.
  let whole: Tensor?
  /// θ^g, likewise.
  let good: Tensor?
}

/// Stacked fully connected layers, [G, in, out] and [G, 1, out].
final class AffineStack {
  let weight: Parameter
  let bias: Parameter

  /// Layers with weights and biases of 0, [G, in, out], of another tensor's type and device.
  init(zeros shape: [Int], like tensor: Tensor) {
    weight = Parameter(.zeros(shape, dtype: tensor.dtype, device: tensor.device))
    bias = Parameter(
      .zeros([shape[0], 1, shape[2]], dtype: tensor.dtype, device: tensor.device))
  }

  /// Layers with the given weights and biases of 0. The weights are copied into memory in the usual
  /// order, as a checkpoint's are: products choose their kernel, and with it the last bit, by strides.
  convenience init(_ weight: Tensor) {
    self.init(zeros: weight.shape, like: weight)
    self.weight.assign(weight)
  }

  /// [G, O, in] → [G, O, out].
  func callAsFunction(_ input: Tensor) -> Tensor {
    input.batchedAffine(weight: weight.leaf, bias: bias.leaf)
  }

  func named(_ name: String) -> [(name: String, parameter: Parameter)] {
    [(name + ".weight", weight), (name + ".bias", bias)]
  }

  /// Each layer's weight [out, in] and bias [out].
  var state: [(weight: Tensor, bias: Tensor)] {
    zip(weight.leaf.unbound(), bias.leaf.unbound()).map { weight, bias in
      (weight.detached().transposed(0, 1), bias.detached().squeezed(0))
    }
  }

  func assign(_ layers: [(weight: Tensor, bias: Tensor)]) {
    weight.assign(Tensor.stacked(layers.map { $0.weight.transposed(0, 1) }))
    bias.assign(Tensor.stacked(layers.map { $0.bias.unsqueezed(0) }))
  }
}

/// How a parameter tensor is cut into rows (decision D11).
struct RowLayout: Hashable {
  let rows: Int
  let length: Int
  let width: Int

  init(_ shape: [Int], settings: DecouplingConfiguration) {
    let count = shape.reduce(1, *)
    rows = settings.granularity == .row && shape.count > 1 ? shape[0] : 1
    length = count / rows
    // Directions beyond a row's own could only stay 0 when the start is Ψ(Φ(θ)) = θ.
    var width = min(settings.latentWidth, length)
    if settings.limitToRows { width = min(width, rows) }
    self.width = width
  }

  /// The numbers in Φ, Φ_mask and Ψ of one tensor.
  var parameters: Int {
    2 * length * width + width * width + 2 * width + length
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import EquipoiseTorch

/// The decoupling of those tensors of a block that have equally many rows of equal length: their maps
/// are stacked, so that one product serves them all (G tensors of O rows of n numbers, latent width ℓ).
///
/// Eq. 7 is `decouple` and `complement`; Eq. 13 is `pullBack`; Eq. 8 is `train`.
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
  /// Of Φ and Ψ.
  private let mapOptimizer: Adam
  /// Of Φ_mask.
  private let maskOptimizer: Adam

  /// The small start of Φ_mask, with which w ≈ ½ everywhere.
  private static let maskDeviation = 0.01

  init(
    _ entries: [NamedParameter], layout: RowLayout,
    settings: DecouplingConfiguration, from generator: Generator?
  ) {
    names = entries.map(\.name)
    parameters = entries.map(\.parameter)
    (rows, length, width) = (layout.rows, layout.length, layout.width)
    let theta = Self.stack(parameters, layout.rows, layout.length)
    let count = entries.count
    (phi, mask, psi) = (
      AffineStack([count, layout.length, layout.width], like: theta),
      AffineStack([count, layout.width, layout.width], like: theta),
      AffineStack([count, layout.width, layout.length], like: theta)
    )
    mapOptimizer = Adam(
      phi.named("phi.\(names[0])") + psi.named("psi.\(names[0])"),
      learningRate: settings.learningRate)
    maskOptimizer = Adam(
      mask.named("mask.\(names[0])"), learningRate: settings.maskLearningRate)
    if let generator { start(theta, settings.start, from: generator) }
  }

  private func start(_ theta: Tensor, _ start: DecouplingStart, from generator: Generator) {
    switch start {
    case .svd:
      let basis = LatentBasis.singular(theta, width: width, from: generator)
      phi.weight.assign(basis)
      psi.weight.assign(basis.transposed(1, 2))
    case .random:
      for map in [phi, psi] {
        map.weight.assign(LatentBasis.random(map.weight.leaf.shape, like: theta, from: generator))
      }
    }
    let small = Tensor.normal(mask.weight.leaf.shape, from: generator)
    mask.weight.assign(small * Self.maskDeviation)
  }

  /// Θ as one stack of rows, [G, O, n], without history; a view of a single tensor.
  private static func stack(_ parameters: [Parameter], _ rows: Int, _ length: Int) -> Tensor {
    let rows = parameters.map { $0.leaf.detached().reshaped([rows, length]) }
    return rows.count == 1 ? rows[0].unsqueezed(0) : Tensor.stacked(rows)
  }

  /// Eq. 7.
  func decouple() -> DecoupledGroup {
    let theta = Self.stack(parameters, rows, length).asLeaf()
    let latent = phi(theta)
    let mask = mask(latent).sigmoid()
    return DecoupledGroup(
      theta: theta, latent: latent, mask: mask, bad: psi(latent * mask))
  }

  /// The complementary branch of Eq. 7. As Ψ is affine, Ψ(z⊙w) + Ψ(z⊙(1−w)) = Ψ(z) + b: one further
  /// decoding gives both Ψ(z) and θ^g.
  func complement(of decoupled: DecoupledGroup) -> (whole: Tensor, good: Tensor) {
    let whole = psi(decoupled.latent)
    return (whole, whole - decoupled.bad + psi.bias.leaf)
  }

  /// Eq. 13 for some groups in one backward pass: what gradients at θ^b are at θ, J(θ)ᵀ g, with Φ, Φ_mask and Ψ held
  /// fixed.
  ///
  /// - Parameters:
  ///   - parts: groups, what ``decouple()`` made of them, and the gradients at θ^b.
  ///   - retaining: whether Eq. 8 comes after.
  /// - Returns: the gradient of every parameter.
  static func pullBack(
    _ parts: [(group: DecouplingGroup, decoupled: DecoupledGroup, gradient: Tensor)],
    retaining: Bool
  ) -> [(parameter: Parameter, gradient: Tensor)] {
    let found = gradients(
      of: parts.map(\.decoupled.bad), withRespectTo: parts.map(\.decoupled.theta),
      seeds: parts.map { $0.gradient.to($0.decoupled.bad.dtype) }, retainingGraph: retaining)
    return zip(parts, found).flatMap { part, gradient in
      zip(part.group.parameters, gradient?.unbound() ?? []).map {
        (parameter: $0, gradient: $1.reshaped($0.leaf.shape))
      }
    }
  }

  /// A group with all that Eq. 8 needs of a step.
  struct Lesson {
    let group: DecouplingGroup
    /// From ``decouple()``.
    let decoupled: DecoupledGroup
    /// From ``complement(of:)``.
    let complement: (whole: Tensor, good: Tensor)
    /// Of L_g by θ^g.
    let gradient: Tensor
  }

  /// A step of Adam on L_pdm (Eq. 8) by Φ, Φ_mask and Ψ of some groups at once.
  static func train(_ lessons: [Lesson]) {
    var found = gradientsOfObjective(lessons)[...]
    var (maps, masks): ([(Adam, [Tensor?])], [(Adam, [Tensor?])]) = ([], [])
    for group in lessons.map(\.group) {
      maps.append((group.mapOptimizer, Array(found.prefix(group.maps.count))))
      found = found.dropFirst(group.maps.count)
      masks.append((group.maskOptimizer, Array(found.prefix(group.masks.count))))
      found = found.dropFirst(group.masks.count)
    }
    Adam.step(maps)
    Adam.step(masks)
  }

  /// The gradients of L_pdm, for each group in the order of ``maps`` and ``masks``.
  static func gradientsOfObjective(_ lessons: [Lesson]) -> [Tensor?] {
    let (roots, seeds) = lessons.reduce(into: ([Tensor](), [Tensor]())) { result, lesson in
      let (whole, good) = lesson.complement
      // ∂‖θ − Ψ(z)‖² / ∂Ψ(z).
      let residual = (whole.detached() - lesson.decoupled.theta.detached()) * 2
      result.0 += [good, whole]
      result.1 += [lesson.gradient.to(good.dtype), residual.to(whole.dtype)]
    }
    let leaves = lessons.flatMap { $0.group.maps + $0.group.masks }.map(\.parameter.leaf)
    return gradients(of: roots, withRespectTo: leaves, seeds: seeds)
  }

  // MARK: Parameters and state

  /// Φ and Ψ.
  var maps: [NamedParameter] { mapOptimizer.parameters }

  /// Φ_mask.
  var masks: [NamedParameter] { maskOptimizer.parameters }

  /// The statistics of both optimisers.
  var statistics: [NamedTensor] { mapOptimizer.state + maskOptimizer.state }

  /// Weight [out, in] and bias [out] of every tensor's own maps, as PyTorch's `Linear` has them.
  var state: [NamedTensor] {
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
  ///
  /// - Parameters:
  ///   - saved: the method's.
  ///   - prefix: of the maps' names, the modality.
  ///   - statistics: of the optimisers, under the names of ``statistics``.
  /// - Throws: when something is missing or of another shape.
  func restore(_ saved: SavedState, below prefix: String, statistics: [String: Tensor]) throws {
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
    try mapOptimizer.restore(statistics)
    try maskOptimizer.restore(statistics)
  }
}

/// One group's parameters, taken apart, with the way back to what they were made of.
struct DecoupledGroup {
  /// θ as a leaf, [G, O, n].
  let theta: Tensor
  /// z, [G, O, ℓ].
  let latent: Tensor
  /// w, [G, O, ℓ].
  let mask: Tensor
  /// θ^b, [G, O, n].
  let bad: Tensor
}

/// Stacked fully connected layers, [G, in, out] and [G, 1, out].
final class AffineStack {
  let weight: Parameter
  let bias: Parameter

  /// Layers with weights [G, in, out] and biases of 0, of another tensor's type and device. Numbers
  /// are always assigned to this memory: products choose their kernel, and with it the last bit, by
  /// strides, which must not depend on where the numbers came from.
  init(_ shape: [Int], like tensor: Tensor) {
    weight = Parameter(.zeros(shape, dtype: tensor.dtype, device: tensor.device))
    bias = Parameter(
      .zeros([shape[0], 1, shape[2]], dtype: tensor.dtype, device: tensor.device))
  }

  /// [G, O, in] → [G, O, out].
  func callAsFunction(_ input: Tensor) -> Tensor {
    input.batchedAffine(weight: weight.leaf, bias: bias.leaf)
  }

  func named(_ name: String) -> [NamedParameter] {
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

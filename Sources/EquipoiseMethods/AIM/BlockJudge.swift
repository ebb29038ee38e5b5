// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseModels
import EquipoiseTorch

/// What the outputs of one block are judged by in one step.
protocol BlockJudge {
  /// The logits of the classes, [B, K], for a block's output [rows, …] of B samples.
  func logits(of output: Tensor) -> Tensor
  /// The same judge as a constant: no gradient passes through what it compares with.
  var constant: any BlockJudge { get }
  /// The same judge cut off from the network, with where it was cut: the gradient at `leaf` belongs to
  /// `root`. The cut is nil where nothing would pass it.
  var severed: (judge: any BlockJudge, cut: (root: Tensor, leaf: Tensor)?) { get }
}

/// −δ to the prototypes of a depth (Eq. 9 and Eq. 10).
struct PrototypeJudge: BlockJudge {
  private let space: ComparisonSpace
  /// As they are compared, [K, n].
  private let prototypes: Tensor

  /// A judge of one block.
  ///
  /// - Parameters:
  ///   - output: the block's output for the prototypes, [K·rows, …].
  ///   - classes: K.
  ///   - space: how outputs are compared.
  init(output: Tensor, classes: Int, space: ComparisonSpace) {
    self.init(prototypes: space.vectors(output, samples: classes), space: space)
  }

  private init(prototypes: Tensor, space: ComparisonSpace) {
    (self.prototypes, self.space) = (prototypes, space)
  }

  func logits(of output: Tensor) -> Tensor {
    let rows = space.vectors(output, samples: space.samples)
    return BlockDistance.euclidean(rows, prototypes) * -space.temperature
  }

  var constant: any BlockJudge { PrototypeJudge(prototypes: prototypes.detached(), space: space) }

  var severed: (judge: any BlockJudge, cut: (root: Tensor, leaf: Tensor)?) {
    guard prototypes.requiresGrad else { return (self, nil) }
    let leaf = prototypes.asLeaf()
    return (PrototypeJudge(prototypes: leaf, space: space), (prototypes, leaf))
  }
}

/// How the outputs of an encoder's blocks become vectors that δ compares (decision D7).
struct ComparisonSpace {
  let distance: PrototypeDistance
  let encoder: any ModalityEncoder
  /// The number of samples of a batch, B.
  let samples: Int
  /// What the distance is multiplied by.
  let temperature: Double

  init(_ settings: PrototypeConfiguration, encoder: any ModalityEncoder, samples: Int) {
    distance = settings.distance
    temperature = settings.distance == .normalised ? settings.temperature : 1
    (self.encoder, self.samples) = (encoder, samples)
  }

  /// A block's output → one vector for each sample, in full precision: [samples, n].
  func vectors(_ output: Tensor, samples: Int) -> Tensor {
    switch distance {
    case .raw: output.inFullPrecision().reshaped([samples, -1])
    case .normalised:
      BlockDistance.unitLength(output.inFullPrecision().reshaped([samples, -1]))
    case .spatialMean: encoder.pool(output.inFullPrecision(), samples: samples)
    }
  }
}

/// The logits of a linear classifier on the pooled output (AIM-label). Always a constant: the
/// classifiers are trained apart, on detached outputs.
struct ClassifierJudge: BlockJudge {
  let encoder: any ModalityEncoder
  let samples: Int
  /// [K, width].
  let weight: Tensor
  /// [K].
  let bias: Tensor

  func logits(of output: Tensor) -> Tensor {
    encoder.pool(output.inFullPrecision(), samples: samples).linear(weight: weight, bias: bias)
  }

  var constant: any BlockJudge { self }

  var severed: (judge: any BlockJudge, cut: (root: Tensor, leaf: Tensor)?) { (self, nil) }
}

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
  /// As they are compared, [K, n], or of sequences position by position [K, T, n].
  private let prototypes: Tensor
  /// Which of all prototypes they are; nil for all.
  private let known: RowPresence?

  /// A judge of one block.
  ///
  /// - Parameters:
  ///   - output: the block's output for the prototypes, [K·rows, …].
  ///   - classes: K.
  ///   - space: how outputs are compared.
  ///   - known: which of all prototypes they are; nil for all.
  init(output: Tensor, classes: Int, space: ComparisonSpace, known: RowPresence? = nil) {
    self.init(
      prototypes: space.vectors(output, samples: classes, space.prototypeSteps), space: space,
      known: known)
  }

  private init(prototypes: Tensor, space: ComparisonSpace, known: RowPresence?) {
    (self.prototypes, self.space, self.known) = (prototypes, space, known)
  }

  func logits(of output: Tensor) -> Tensor {
    let own = distances(of: output) * -space.temperature
    guard let known else { return own }
    // Finite, because 0 · ∞ would not be a number; the softmax makes it 0.
    let far = (known.mask.to(own.dtype) - 1) * 1e30
    return known.scattered(own.transposed(0, 1)).transposed(0, 1) + far
  }

  /// δ to the prototypes that there are.
  private func distances(of output: Tensor) -> Tensor {
    let rows = space.vectors(output, samples: space.samples, space.steps)
    guard let lengths = space.alignedLengths else {
      return BlockDistance.euclidean(rows, prototypes)
    }
    return BlockDistance.aligned(
      rows, lengths.rows, prototypes, lengths.prototypes,
      isNormalised: space.distance == .normalised)
  }

  var constant: any BlockJudge {
    PrototypeJudge(prototypes: prototypes.detached(), space: space, known: known)
  }

  var severed: (judge: any BlockJudge, cut: (root: Tensor, leaf: Tensor)?) {
    guard prototypes.requiresGrad else { return (self, nil) }
    let leaf = prototypes.asLeaf()
    return (PrototypeJudge(prototypes: leaf, space: space, known: known), (prototypes, leaf))
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
  /// How sequences of different lengths are compared; `flat` where all have one.
  private let sequences: SequenceComparison
  /// Where the valid steps of the block's output are, for the batch and for the prototypes; nil where all are valid.
  let steps: StepLayout?
  let prototypeSteps: StepLayout?

  init(
    _ settings: PrototypeConfiguration, encoder: any ModalityEncoder, samples: Int,
    sequences: SequenceComparison = .flat, steps: StepLayout? = nil,
    prototypeSteps: StepLayout? = nil
  ) {
    (self.sequences, self.steps, self.prototypeSteps) = (sequences, steps, prototypeSteps)
    distance = settings.distance
    temperature = settings.distance == .normalised ? settings.temperature : 1
    (self.encoder, self.samples) = (encoder, samples)
  }

  /// The lengths of what is compared position by position; nil where nothing is.
  var alignedLengths: (rows: StepLengths, prototypes: StepLengths)? {
    guard sequences == .aligned, let steps, let prototypeSteps else { return nil }
    return (steps.lengths, prototypeSteps.lengths)
  }

  /// A block's output → one vector for each sample, in full precision: [samples, n]; of sequences that are compared
  /// position by position [samples, T, n].
  func vectors(_ output: Tensor, samples: Int, _ steps: StepLayout? = nil) -> Tensor {
    if alignedLengths != nil, let steps { return steps.padded(output.inFullPrecision()) }
    if sequences != .flat {
      let pooled = encoder.pool(output.inFullPrecision(), samples: samples, steps)
      return distance == .normalised ? BlockDistance.unitLength(pooled) : pooled
    }
    switch distance {
    case .raw: return output.inFullPrecision().reshaped([samples, -1])
    case .normalised:
      return BlockDistance.unitLength(output.inFullPrecision().reshaped([samples, -1]))
    case .spatialMean: return encoder.pool(output.inFullPrecision(), samples: samples, steps)
    }
  }
}

/// The logits of a linear classifier on the pooled output (AIM-label). Always a constant: the
/// classifiers are trained apart, on detached outputs.
struct ClassifierJudge: BlockJudge {
  let encoder: any ModalityEncoder
  let samples: Int
  /// Where the valid steps of the block's output are; nil where all are valid.
  let steps: StepLayout?
  /// [K, width].
  let weight: Tensor
  /// [K].
  let bias: Tensor

  func logits(of output: Tensor) -> Tensor {
    encoder.pool(output.inFullPrecision(), samples: samples, steps)
      .linear(weight: weight, bias: bias)
  }

  var constant: any BlockJudge { self }

  var severed: (judge: any BlockJudge, cut: (root: Tensor, leaf: Tensor)?) { (self, nil) }
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseTorch

/// Changes the gates of a coupled model: from a depth and the gates [B, C_m] of every modality to
/// those that are used.
public typealias Gating = (_ depth: Int, _ gates: [Tensor]) -> [Tensor]

/// Changes what the gates of a coupled model see: from a depth and the channels' means [B, C_m] of every
/// modality to those that are used.
package typealias Squeezing = (_ depth: Int, _ means: [Tensor]) -> [Tensor]

extension MultimodalModel {
  /// Whether encoders see each other's features, so that none can be run alone.
  public var isCoupled: Bool { !coupling.entries.isEmpty }

  /// Encodes with changed gates, and fuses.
  ///
  /// - Parameters:
  ///   - inputs: one batch [B, shape…] for each modality.
  ///   - mode: how statistics and dropout behave.
  ///   - gating: from the gates of each depth to those that are used.
  /// - Returns: traces, features and logits.
  public func forward(_ inputs: [Tensor], _ mode: ForwardMode, gating: Gating) -> Forward {
    forward(inputs.map { RaggedBatch($0) }, mode, gating: gating)
  }

  /// The same of batches that may have lengths.
  public func forward(_ inputs: [RaggedBatch], _ mode: ForwardMode, gating: Gating) -> Forward {
    let traces = coupledTrace(inputs, mode, gating: gating)
    let features = features(of: traces, inputs)
    return Forward(
      traces: traces, encoded: features, features: features, logits: fusion.logits(features))
  }

  /// Runs the encoders depth by depth; a trace's outputs are the gated ones.
  ///
  /// What a sample's encoders hear of a modality that it lacks is zero.
  package func coupledTrace(
    _ inputs: [RaggedBatch], _ mode: ForwardMode, squeezing: Squeezing = { $1 },
    gating: Gating = { $1 }
  ) -> [EncoderTrace] {
    let encoders = encoders.modules
    let samples = inputs[0].count
    var branches = encoders.indices.map {
      CoupledBranch(encoders[$0], inputs[$0], self.mode(mode, of: $0, inputs[$0]))
    }
    for depth in 0..<encoders[0].depth {
      for index in branches.indices { branches[index].run(depth) }
      guard let module = coupling["\(depth)"] else { continue }
      let (outputs, places) = (branches.map { $0.spread(depth) }, branches.map { $0.steps(depth) })
      let means = squeezing(depth, module.squeezed(at: places, outputs, samples: samples))
      let gates = gating(depth, module.gates(means))
      let gated = module.gated(at: places, outputs, by: gates, samples: samples)
      for index in branches.indices { branches[index].take(gated[index], depth) }
    }
    return branches.map(\.trace)
  }
}

/// One encoder on its way through the depths: it runs on the samples that have its modality, and is coupled as a whole
/// batch in which the others' outputs are zero, one step of it where samples have lengths.
private struct CoupledBranch {
  private let encoder: any ModalityEncoder
  private let blocks: [EncoderBlock]
  private let input: RaggedBatch
  private let mode: ForwardMode
  private var entered: [Tensor] = []
  /// What the last depth made of the samples that have the modality; nil where none has it.
  private var x: Tensor?
  private let layouts: [StepLayout?]
  /// Where the steps of all samples of the batch are.
  private let spreadLayouts: [StepLayout?]
  /// The rows of the samples that have the modality among those of all, by depth; nil where a sample has as many rows as
  /// another.
  private let places: [Tensor?]
  /// What one sample of zeros becomes at each depth, where no sample has the modality.
  private let shapes: [[Int]]

  init(_ encoder: any ModalityEncoder, _ input: RaggedBatch, _ mode: ForwardMode) {
    (self.encoder, self.input, self.mode) = (encoder, input, mode)
    blocks = encoder.blocks
    guard !input.presence.hasRows else {
      let prepared = encoder.prepared(input.present)
      (x, layouts, shapes) = (prepared.input, prepared.steps, [])
      spreadLayouts = Self.allLengths(input).map { encoder.layouts($0) } ?? prepared.steps
      places = Self.places(spreadLayouts, input.presence)
      return
    }
    (x, layouts, spreadLayouts, places) = (nil, [], [], [])
    let tensor = input.tensor
    shapes = withoutGradient {
      let zeros = Tensor.zeros(
        [1] + tensor.shape.dropFirst(), dtype: tensor.dtype, device: tensor.device)
      return encoder.trace(zeros, .evaluation).outputs.map(\.shape)
    }
  }

  /// The lengths of all samples, of which some lack the modality; nil where none does, or all steps are valid.
  private static func allLengths(_ input: RaggedBatch) -> StepLengths? {
    guard let own = input.presence?.rows, let lengths = input.lengths?.host else { return nil }
    var all = [Int](repeating: 1, count: lengths.count)
    for row in own { all[row] = lengths[row] }
    return StepLengths(all, device: input.tensor.device)
  }

  private static func places(
    _ layouts: [StepLayout?], _ presence: RowPresence?
  ) -> [Tensor?] {
    guard let presence else { return layouts.map { _ in nil } }
    var last: (lengths: [Int], places: Tensor)?
    return layouts.map { layout in
      guard case .rows(let rows)? = layout else { return nil }
      // Most encoders keep their rows through all depths.
      if last?.lengths != rows.host { last = (rows.host, rows.places(of: presence.rows)) }
      return last?.places
    }
  }

  private var count: Int { input.presence.count(of: input.count) }

  mutating func run(_ depth: Int) {
    guard let x else { return }
    entered.append(x)
    self.x = blocks[depth](x, mode, layouts[depth])
  }

  /// Where the valid steps of a depth's outputs are, of all samples of the batch; nil where all are valid.
  func steps(_ depth: Int) -> StepLayout? {
    spreadLayouts.isEmpty ? nil : spreadLayouts[depth + 1]
  }

  /// The outputs of all samples of the batch.
  func spread(_ depth: Int) -> Tensor {
    guard let x else {
      let shape = shapes[depth]
      return .zeros(
        [input.count * shape[0]] + shape.dropFirst(), dtype: input.tensor.dtype.ofFeatures,
        device: input.tensor.device)
    }
    guard let presence = input.presence else { return x }
    if let places = places[depth + 1], case .rows(let rows)? = spreadLayouts[depth + 1] {
      return x.sumsByLabel(places, classes: rows.host.reduce(0, +))
    }
    return presence.scattered(x.reshaped([count, -1] + x.shape.dropFirst()))
      .reshaped([-1] + x.shape.dropFirst())
  }

  /// Goes on with a batch of a depth's outputs.
  mutating func take(_ output: Tensor, _ depth: Int) {
    guard let presence = input.presence else {
      x = output
      return
    }
    guard x != nil else { return }
    if let places = places[depth + 1] {
      x = output.gatheringRows(places)
      return
    }
    let shape = output.shape.dropFirst()
    x = presence.gathered(output.reshaped([presence.count, -1] + shape)).reshaped([-1] + shape)
  }

  var trace: EncoderTrace {
    guard let x else { return .none(of: encoder, like: input.tensor) }
    return EncoderTrace(
      inputs: entered, last: x,
      features: encoder.pool(x, samples: count, layouts[encoder.depth]), samples: count,
      steps: layouts)
  }
}

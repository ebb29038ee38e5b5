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
    let features = traces.map(\.features)
    return Forward(traces: traces, features: features, logits: fusion.logits(features))
  }

  /// Runs the encoders depth by depth; a trace's outputs are the gated ones.
  package func coupledTrace(
    _ inputs: [RaggedBatch], _ mode: ForwardMode, squeezing: Squeezing = { $1 },
    gating: Gating = { $1 }
  ) -> [EncoderTrace] {
    let encoders = encoders.modules
    let blocks = encoders.map(\.blocks)
    let samples = inputs[0].count
    let prepared = zip(encoders, inputs).map { $0.prepared($1) }
    let steps = prepared.map(\.steps)
    var x = prepared.map(\.input)
    var entered: [[Tensor]] = encoders.map { _ in [] }
    for depth in blocks[0].indices {
      for index in x.indices { entered[index].append(x[index]) }
      x = x.indices.map { blocks[$0][depth](x[$0], mode, steps[$0][depth]) }
      guard let module = coupling["\(depth)"] else { continue }
      let places = steps.map { $0[depth + 1] }
      let means = squeezing(depth, module.squeezed(at: places, x, samples: samples))
      let gates = gating(depth, module.gates(means))
      x = module.gated(at: places, x, by: gates, samples: samples)
    }
    return x.indices.map { index in
      EncoderTrace(
        inputs: entered[index], last: x[index],
        features: encoders[index].pool(
          x[index], samples: samples, steps[index][encoders[index].depth]), samples: samples,
        steps: steps[index])
    }
  }
}

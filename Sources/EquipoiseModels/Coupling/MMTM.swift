// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseTorch

/// Multimodal transfer module (Joze et al., 2020): every modality's channels at one depth are
/// weighted by gates that see all modalities.
///
/// ```
/// q   = [mean A_1; …; mean A_M]        over everything but sample and channel
/// h   = relu(W_s q + b_s)              ⌊2 ΣC_m / 4⌋ units
/// g_m = σ(W_m h + b_m)                 [B, C_m]
/// A_m ← A_m ⊙ g_m
/// ```
/// The gates are σ, as in Wu et al. (2022), not 2σ as in the original.
public final class MMTM: StepCoupling {
  /// W_s, which all gates share.
  private let squeeze: Linear
  /// W_m.
  private let excite: ModuleDictionary<Linear>
  private let axes: [Int]

  /// A module with random weights.
  ///
  /// - Parameters:
  ///   - modalities: name, channels, and the dimension of the output that holds them.
  ///   - generator: the stream to draw the weights from.
  init(_ modalities: [(name: String, channels: Int, axis: Int)], from generator: Generator) {
    let total = modalities.reduce(0) { $0 + $1.channels }
    let hidden = max(1, 2 * total / 4)
    squeeze = Linear(total, hidden, from: generator)
    excite = ModuleDictionary(
      modalities.map { ($0.name, Linear(hidden, $0.channels, from: generator)) })
    axes = modalities.map(\.axis)
  }

  /// Multiply-adds of one sample's gates: its layers see one vector each.
  public var multiplyAdds: Int {
    parameters.map(\.leaf).filter { $0.rank == 2 }.reduce(0) { $0 + $1.count }
  }

  /// What the gates see: the mean of each channel, [B, C_m] for each modality.
  ///
  /// - Parameters:
  ///   - outputs: one for each modality; the rows of a sample lie together.
  ///   - samples: B.
  /// - Returns: one for each modality.
  public func squeezed(_ outputs: [Tensor], samples: Int) -> [Tensor] {
    squeezed(outputs, samples: samples, outputs.map { _ in nil })
  }

  /// The same over valid steps alone.
  public func squeezed(
    _ outputs: [Tensor], samples: Int, _ steps: [StepLayout?]
  ) -> [Tensor] {
    outputs.indices.map { index in
      let (output, axis) = (outputs[index], axes[index])
      if let steps = steps[index] { return steps.means(output, channelAxis: axis) }
      let grouped = output.reshaped([samples, -1] + output.shape.dropFirst())
      return grouped.mean(over: (1..<grouped.rank).filter { $0 != axis + 1 })
    }
  }

  /// The gates [B, C_m] from what they see.
  ///
  /// - Parameter means: [B, C_m] for each modality.
  /// - Returns: one for each modality.
  public func gates(_ means: [Tensor]) -> [Tensor] {
    let hidden = squeeze(.concatenated(means, dimension: 1)).relu()
    return excite.modules.map { $0(hidden).sigmoid() }
  }

  /// The outputs, their channels weighted by gates.
  ///
  /// - Parameters:
  ///   - outputs: one for each modality; the rows of a sample lie together.
  ///   - gates: [B, C_m] for each modality.
  ///   - samples: B.
  /// - Returns: one for each modality.
  public func gated(_ outputs: [Tensor], by gates: [Tensor], samples: Int) -> [Tensor] {
    gated(outputs, by: gates, samples: samples, outputs.map { _ in nil })
  }

  /// The same where samples have as many rows as valid steps.
  public func gated(
    _ outputs: [Tensor], by gates: [Tensor], samples: Int, _ steps: [StepLayout?]
  ) -> [Tensor] {
    outputs.indices.map { index in
      let (output, gate, axis) = (outputs[index], gates[index], axes[index])
      let rows = output.size(0)
      let repeated =
        steps[index]?.repeated(gate, rows: rows)
        ?? (rows == samples ? gate : gate.repeatingElements(rows / samples, dimension: 0))
      var shape = output.shape.map { _ in 1 }
      (shape[0], shape[axis]) = (rows, gate.size(1))
      return output * repeated.reshaped(shape)
    }
  }
}

extension MMTM {
  /// The settings of `type: mmtm`.
  public struct Configuration: CouplingConfiguration {
    /// `mmtm`.
    public static let name = "mmtm"
    /// One line for lists.
    public static let summary = "multimodal transfer modules after every depth but the first"

    /// Without settings.
    public init() {}

    /// Modules after every depth but the first, between encoders of one depth.
    public func makeCouplings(
      between encoders: [CoupledEncoder], from stream: (_ depth: Int) -> Generator
    ) throws -> [(depth: Int, module: any Coupling)] {
      let depth = encoders[0].encoder.depth
      guard depth > 1, encoders.allSatisfy({ $0.encoder.depth == depth }) else {
        let found = encoders.map { "\($0.modality) \($0.encoder.depth)" }.joined(separator: ", ")
        throw EquipoiseError(
          .configuration, "MMTM joins encoders of one depth, two blocks or more, not \(found)",
          at: "model.coupling", fix: "set the encoders' depths so that they agree")
      }
      // The channels of every depth, by what a sample of zeros becomes.
      let outputs = withoutGradient {
        encoders.map { $0.encoder.trace(.zeros([1] + $0.shape), .evaluation).outputs }
      }
      return (1..<depth).map { depth in
        let channels = zip(encoders, outputs).map { entry, outputs in
          let axis = entry.encoder.channelAxis
          return (name: entry.modality, channels: outputs[depth].size(axis), axis: axis)
        }
        return (depth, MMTM(channels, from: stream(depth)))
      }
    }
  }
}

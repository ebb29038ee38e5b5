// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
package import EquipoiseModels
import EquipoiseFormats
import EquipoiseTorch

extension MultimodalModel {
  /// The size of the model, with multiply-adds that are means over samples.
  ///
  /// - Parameter lengths: the valid steps of the samples, of modalities where some have fewer than their shape.
  /// - Returns: the sizes of a sample of the whole shape, and those means.
  package func summarize(lengths: [String: [Int]]) -> ModelSummary {
    var summary = summarize()
    for (place, (name, encoder)) in encoders.entries.enumerated() {
      guard let own = lengths[name], encoder is any StepMasking else { continue }
      let means = withoutGradient {
        WorkByLength.means(of: encoder, inputShapes[name] ?? [], over: own)
      }
      for (depth, mean) in means.enumerated() {
        summary.encoders[place].blocks[depth].multiplyAdds = mean
      }
      summary.encoders[place].multiplyAdds = means.reduce(0, +)
    }
    return summary
  }
}

/// The multiply-adds of an encoder's blocks for samples of different lengths.
enum WorkByLength {
  /// The means over samples, by block: counted at up to three lengths, and in between on the parabola through them. That
  /// is exact for what is done step by step and for attention, and for layers that halve lengths up to a step.
  ///
  /// - Parameters:
  ///   - encoder: one that minds lengths.
  ///   - shape: of a sample, [T, …].
  ///   - lengths: of the samples.
  /// - Returns: one number for each block.
  static func means(
    of encoder: any ModalityEncoder, _ shape: [Int], over lengths: [Int]
  ) -> [Int] {
    let weight = encoder.parameters.first?.leaf
    let input = Tensor.zeros(
      [1] + shape, dtype: weight?.dtype ?? .float32, device: weight?.device ?? .cpu)
    let most = lengths.max() ?? 1
    let nodes = Set([most, max(1, most / 2), max(1, most / 4)]).sorted()
    let counts = nodes.map { count(encoder, input.slice(0..<$0, dimension: 1), $0) }
    let weights = nodes.indices.map { node in
      lengths.reduce(0) { $0 + basis(nodes, node, at: $1) } / Double(lengths.count)
    }
    return encoder.blocks.indices.map { depth in
      let mean = zip(weights, counts).reduce(0) { $0 + $1.0 * Double($1.1[depth]) }
      return Int(saturating: mean.rounded())
    }
  }

  /// Lagrange's polynomial that is 1 at a node and 0 at the others.
  private static func basis(_ nodes: [Int], _ node: Int, at length: Int) -> Double {
    nodes.indices.filter { $0 != node }.reduce(1) {
      $0 * Double(length - nodes[$1]) / Double(nodes[node] - nodes[$1])
    }
  }

  private static func count(
    _ encoder: any ModalityEncoder, _ input: Tensor, _ length: Int
  ) -> [Int] {
    var (x, steps) = encoder.prepared(
      RaggedBatch(input, lengths: StepLengths([length], device: input.device)))
    return encoder.blocks.enumerated().map { depth, block in
      MultiplyAdds.count { x = block(x, .evaluation, steps[depth]) }
    }
  }
}

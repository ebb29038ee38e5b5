// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseModels
public import EquipoiseTorch

/// A network of self-attention layers from a file, cut into groups of layers.
///
/// ```
/// block 1    entry, then its layers       [rows, L, width]
/// …
/// block D    its layers, then the last normalisation
/// feature    a position, or the mean over positions: [B, width]
/// ```
/// Parameters have the names of the reference's files. Frames of a video are rows whose features are averaged.
public class PretrainedTransformer: PretrainedEncoder, CustomReflectable {
  /// What a network is put together from.
  struct Plan {
    var entry: any NetworkEntry
    /// The name of a layer.
    var layerName: (Int) -> String
    var layers: [NetworkLayer]
    var form: LayerForm
    /// The last normalisation by its name; nil where there is none.
    var lastNorm: (name: String, norm: LayerNorm)?
    var groups: [Range<Int>]
    var pooling: Pooling
    /// The network in a few words.
    var title: String
  }

  let plan: Plan

  init(_ plan: Plan) { self.plan = plan }

  /// The groups of layers, the first with the entry and the last with the last normalisation.
  public var blocks: [EncoderBlock] {
    plan.groups.enumerated().map { index, range in
      let (isFirst, isLast) = (index == 0, index == plan.groups.count - 1)
      var parts = isFirst ? plan.entry.parts.list : []
      parts += range.map { (plan.layerName($0), plan.layers[$0] as Any) }
      if isLast, let last = plan.lastNorm { parts.append((last.name, last.norm)) }
      let layers = Array(plan.layers[range])
      let name = "layers \(range.lowerBound + 1) to \(range.upperBound)"
      return EncoderBlock(isFirst ? "entry + " + name : name, parts: parts) {
        [plan] input, mode, steps in
        var (x, steps) = (input, steps)
        if isFirst {
          x = plan.entry(input, mode, steps)
          steps = steps.map(plan.entry.steps(behind:))
        }
        x = Self.run(layers, x, mode, steps, plan.entry.context(x))
        if isLast, let last = plan.lastNorm {
          x = Self.masked(last.norm(x, mode), steps)
        }
        return x
      }
    }
  }

  private static func run(
    _ layers: [NetworkLayer], _ input: Tensor, _ mode: ForwardMode, _ steps: StepLayout?,
    _ given: ScoreContext
  ) -> Tensor {
    var (x, context) = (input, given)
    if case .positions(let lengths, _)? = steps {
      // Nothing at a valid key, and at another so little that its weight is exactly 0.
      let valid = lengths.mask(x.size(1), dtype: x.dtype)
      let keys = ((valid - 1) * 1e30).reshaped([-1, 1, 1, x.size(1)])
      context.bias = context.bias.map { $0 + keys } ?? keys
    }
    for layer in layers { x = layer(x, mode, context) }
    return masked(x, steps)
  }

  /// Zeros where positions are not the samples' own.
  static func masked(_ x: Tensor, _ steps: StepLayout?) -> Tensor {
    guard case .positions(let lengths, _)? = steps else { return x }
    return x * lengths.mask(x.size(1), dtype: x.dtype, trailing: 1)
  }

  /// The width of a position.
  public var featureWidth: Int { plan.form.width }

  /// [rows, L, width].
  public var channelAxis: Int { 2 }

  /// The network, its layers, width and heads.
  public var summary: String {
    "\(plan.title), \(plan.layers.count) layer(s) in \(plan.groups.count) block(s), width \(plan.form.width), "
      + "\(plan.form.heads) head(s)"
  }

  /// As the first block takes it.
  public func prepare(_ input: Tensor) -> Tensor { plan.entry.prepare(input, nil) }

  /// [samples·rows, L, width] → [samples, width]; of several rows the mean.
  public func pool(_ last: Tensor, samples: Int) -> Tensor {
    let rows = plan.pooling(last, nil)
    return rows.size(0) == samples
      ? rows : rows.reshaped([samples, -1, rows.size(1)]).mean(over: [1])
  }

  /// Refuses what the network does not take.
  public func validate(shape: [Int], of modality: String) throws {
    try plan.entry.validate(shape: shape, of: modality)
  }

  /// Positions of another grid, other channels.
  public func adapt(_ tensors: inout [String: Tensor]) { plan.entry.adapt(&tensors) }

  /// The parameters under the names of the reference's files.
  public var customMirror: Mirror {
    var children = plan.entry.parts.list.map { ($0.name as String?, $0.part) }
    children += plan.layers.enumerated().map { (plan.layerName($0) as String?, $1 as Any) }
    if let last = plan.lastNorm { children.append((last.name, last.norm)) }
    return Mirror(self, children: children)
  }
}

/// One whose samples may have lengths: tokens, frames of sound, frames of a video.
public class PretrainedSequenceTransformer: PretrainedTransformer, StepMasking {
  /// Where the steps of the first block's input are.
  public func steps(of lengths: StepLengths) -> StepLayout { plan.entry.steps(of: lengths) }

  /// As the first block takes it.
  public func prepare(_ input: Tensor, _ steps: StepLayout) -> Tensor {
    plan.entry.prepare(input, steps)
  }

  /// Fewer behind an entry that strides.
  public func steps(after depth: Int, of steps: StepLayout) -> StepLayout {
    depth == 0 ? plan.entry.steps(behind: steps) : steps
  }

  /// By the network's rule, over valid positions alone; the mean over the frames of a video.
  public func pool(_ output: Tensor, _ steps: StepLayout) -> Tensor {
    guard case .positions(let lengths, _) = steps else {
      return steps.means(plan.pooling(output, nil), channelAxis: 1)
    }
    return plan.pooling(output, lengths)
  }
}

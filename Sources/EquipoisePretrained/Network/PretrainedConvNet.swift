// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseModels
public import EquipoiseTorch

/// A network of convolutions in stages, from a file: pictures [C, H, W] and videos [T, C, H, W], whose frames are rows.
///
/// ```
/// block 1    stem, then its stages      [rows, C, h, w]
/// …
/// feature    mean over time, height and width, normalised where the network says so
/// ```
/// A normalisation of the mean belongs to no block.
public final class PretrainedConvNet: PretrainedEncoder, StepMasking, CustomReflectable {
  /// What a network is put together from.
  struct Plan {
    /// What stands in front of the stages, by the names of its parts, and how it is applied.
    var stem: Parts
    var enter: (Tensor, ForwardMode) -> Tensor
    var stages: [(parts: Parts, run: (Tensor, ForwardMode) -> Tensor)]
    var groups: [Range<Int>]
    /// The normalisation of the mean.
    var lastNorm: (name: String, norm: LayerNorm)?
    var width: Int
    var channels: Int
    /// How often a side is halved at most.
    var halvings: Int
    /// The first convolution's name, which other channels change.
    var firstWeight: String
    var title: String
  }

  private let plan: Plan

  init(_ plan: Plan) { self.plan = plan }

  /// The groups of stages, the first with the stem.
  public var blocks: [EncoderBlock] {
    plan.groups.enumerated().map { index, range in
      let isFirst = index == 0
      let stages = Array(plan.stages[range])
      let parts = (isFirst ? plan.stem.list : []) + stages.flatMap(\.parts.list)
      let name =
        (isFirst ? "stem + " : "")
        + (range.count == 1
          ? "stage \(range.upperBound)" : "stages \(range.lowerBound + 1) to \(range.upperBound)")
      return EncoderBlock(name, parts: parts) { [plan] input, mode in
        stages.reduce(isFirst ? plan.enter(input, mode) : input) { $1.run($0, mode) }
      }
    }
  }

  /// The channels of the last stage.
  public var featureWidth: Int { plan.width }

  /// [rows, C, h, w].
  public var channelAxis: Int { 1 }

  /// The network and its width.
  public var summary: String {
    "\(plan.title), \(plan.stages.count) stage(s) in \(plan.groups.count) block(s), width \(plan.width)"
  }

  /// [B, C, H, W] stays; [B, T, C, H, W] → [B·T, C, H, W], sample by sample.
  public func prepare(_ input: Tensor) -> Tensor {
    input.rank == 4 ? input : input.reshaped([-1] + input.shape.suffix(3))
  }

  /// Valid frames as rows; all frames where the host does not know the lengths.
  public func steps(of lengths: StepLengths) -> StepLayout {
    lengths.host == nil ? .paddedRows(lengths) : .rows(StepRows(lengths))
  }

  /// [B, T, C, H, W] → the rows that the steps are.
  public func prepare(_ input: Tensor, _ steps: StepLayout) -> Tensor {
    guard case .rows(let rows) = steps else { return prepare(input) }
    return rows.gathered(input)
  }

  /// [B·T, C, h, w] → [B, C].
  public func pool(_ last: Tensor, samples: Int) -> Tensor {
    normalised(last.reshaped([samples, -1] + last.shape.suffix(3)).mean(over: [1, 3, 4]))
  }

  /// The same over valid frames alone.
  public func pool(_ output: Tensor, _ steps: StepLayout) -> Tensor {
    normalised(steps.means(output, channelAxis: channelAxis))
  }

  /// Of the last stage's channels alone.
  private func normalised(_ means: Tensor) -> Tensor {
    guard let last = plan.lastNorm, means.size(1) == plan.width else { return means }
    return last.norm(means, .evaluation)
  }

  /// Accepts [C, H, W] and [T, C, H, W] of which the last stage leaves something.
  public func validate(shape: [Int], of modality: String) throws {
    guard shape.count == 3 || shape.count == 4, shape[shape.count - 3] == plan.channels,
      shape.suffix(2).allSatisfy({ $0 >= 1 << plan.halvings })
    else {
      throw EquipoiseError(
        .configuration,
        "modality '\(modality)': the encoder takes pictures or videos of \(plan.channels) channel(s) and at least "
          + "\(1 << plan.halvings) pixels a side, but its samples have shape \(shape)",
        at: "model.encoders.\(modality)",
        fix: "prepare the modality so, or choose another network")
    }
  }

  /// Other channels.
  public func adapt(_ tensors: inout [String: Tensor]) {
    tensors[plan.firstWeight] = tensors[plan.firstWeight].map {
      Resizing.channels(of: $0, to: plan.channels)
    }
  }

  /// The parameters under the names of the reference's files.
  public var customMirror: Mirror {
    var children = (plan.stem.list + plan.stages.flatMap(\.parts.list))
      .map { ($0.name as String?, $0.part) }
    if let last = plan.lastNorm { children.append((last.name, last.norm)) }
    return Mirror(self, children: children)
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseTorch

/// A residual network of basic blocks (He et al., 2016) without its classifier, for images and
/// spectrograms [C, H, W] and for video [T, C, H, W].
///
/// ```
/// stem    conv 7×7 stride 2 → BN → ReLU → max-pool 3×3 stride 2
///         (small images: conv 3×3 → BN → ReLU)
/// layer1  w channels, stride 1       layer3  4w, stride 2
/// layer2  2w, stride 2               layer4  8w, stride 2
/// feature mean over time, height and width: [B, 8w]
/// ```
/// Depths are the four stages; the stem belongs to the first. A video's frames are folded into the
/// batch, and normalised together; where videos have lengths of their own, only their valid frames are. Parameter names are
/// torchvision's.
public final class ResNet: StepMasking {
  /// The number of weighted layers, which sets the blocks of each stage.
  public enum Variant: Int, Sendable, CaseIterable {
    /// ResNet-18.
    case resNet18 = 18
    /// ResNet-34.
    case resNet34 = 34

    /// Basic blocks in `layer1` … `layer4`.
    var stages: [Int] { self == .resNet18 ? [2, 2, 2, 2] : [3, 4, 6, 3] }
  }

  /// How the network starts.
  public enum Stem: Sendable {
    /// 7×7 convolution and pooling: a quarter of the resolution.
    case standard
    /// 3×3 convolution at full resolution, for images of few pixels.
    case smallImage
  }

  /// The paper's width.
  public static let defaultWidth = 64

  private let conv1: Conv2d
  private let bn1: BatchNorm
  private let pool: MaxPool2d?
  private let layer1: Sequential
  private let layer2: Sequential
  private let layer3: Sequential
  private let layer4: Sequential
  private let variant: Variant
  private let stem: Stem
  private let channels: Int
  private let width: Int

  /// A residual network with random weights: convolutions N(0, 2 / (k²·out)).
  ///
  /// - Parameters:
  ///   - variant: 18 or 34 layers.
  ///   - channels: of the input.
  ///   - width: channels of the first stage.
  ///   - stem: how the network starts.
  ///   - generator: the stream to draw the weights from.
  public init(
    _ variant: Variant, channels: Int, width: Int = ResNet.defaultWidth, stem: Stem = .standard,
    from generator: Generator
  ) {
    (self.variant, self.channels, self.width, self.stem) = (variant, channels, width, stem)
    conv1 =
      stem == .standard
      ? Conv2d(channels, width, kernel: 7, stride: 2, padding: 3, bias: false, from: generator)
      : Conv2d(channels, width, kernel: 3, padding: 1, bias: false, from: generator)
    bn1 = BatchNorm(width)
    pool = stem == .standard ? MaxPool2d(kernel: 3, stride: 2, padding: 1) : nil
    let blocks = variant.stages
    layer1 = Self.stage(blocks[0], width, width, stride: 1, generator)
    layer2 = Self.stage(blocks[1], width, 2 * width, stride: 2, generator)
    layer3 = Self.stage(blocks[2], 2 * width, 4 * width, stride: 2, generator)
    layer4 = Self.stage(blocks[3], 4 * width, 8 * width, stride: 2, generator)
  }

  private static func stage(
    _ blocks: Int, _ inChannels: Int, _ outChannels: Int, stride: Int, _ generator: Generator
  ) -> Sequential {
    Sequential(
      (0..<blocks).map { index in
        BasicBlock(
          index == 0 ? inChannels : outChannels, outChannels, stride: index == 0 ? stride : 1,
          from: generator)
      })
  }

  /// What its tensors' shapes say.
  var form: (stages: [Int], width: Int, channels: Int, kernel: Int) {
    (variant.stages, width, channels, stem == .standard ? 7 : 3)
  }

  /// The four stages, the first with the stem.
  public var blocks: [EncoderBlock] {
    let first = EncoderBlock(
      "stem + layer1", parts: [("conv1", conv1), ("bn1", bn1), ("layer1", layer1)], body: enter)
    return [
      first, EncoderBlock("layer2", layer2), EncoderBlock("layer3", layer3),
      EncoderBlock("layer4", layer4),
    ]
  }

  private func enter(_ input: Tensor, _ mode: ForwardMode) -> Tensor {
    let stem = bn1(conv1(input, mode), mode).relu()
    return layer1(pool?(stem, mode) ?? stem, mode)
  }

  /// Eight times the width.
  public var featureWidth: Int { 8 * width }

  /// [B·T, C, h, w].
  public var channelAxis: Int { 1 }

  /// Variant, width and stem.
  public var summary: String {
    "ResNet-\(variant.rawValue), width \(width)" + (stem == .smallImage ? ", small-image stem" : "")
  }

  /// [B, C, H, W] stays; [B, T, C, H, W] → [B·T, C, H, W], sample by sample.
  public func prepare(_ input: Tensor) -> Tensor {
    precondition(input.rank == 4 || input.rank == 5, "\(summary): input of shape \(input.shape)")
    return input.rank == 4 ? input : input.reshaped([-1] + input.shape.suffix(3))
  }

  /// Valid frames as rows. Where the host does not know the lengths, all frames: that is right in evaluation alone, where
  /// rows do not see each other.
  public func steps(of lengths: StepLengths) -> StepLayout {
    lengths.host == nil ? .paddedRows(lengths) : .rows(StepRows(lengths))
  }

  /// [B, T, C, H, W] → the rows that the steps are, [ΣT, C, H, W].
  public func prepare(_ input: Tensor, _ steps: StepLayout) -> Tensor {
    guard case .rows(let rows) = steps else { return prepare(input) }
    return rows.gathered(input)
  }

  /// [B·T, C, h, w] → means over time, height and width, [B, C].
  public func pool(_ last: Tensor, samples: Int) -> Tensor {
    last.reshaped([samples, -1] + last.shape.suffix(3)).mean(over: [1, 3, 4])
  }
}

extension ResNet {
  /// Accepts [C, H, W] and [T, C, H, W] that every stage can still halve.
  ///
  /// - Parameters:
  ///   - shape: of one sample.
  ///   - modality: its name.
  /// - Throws: ``EquipoiseError`` for another rank, other channels, or too few pixels.
  public func validate(shape: [Int], of modality: String) throws {
    try Self.checkRank(shape, modality)
    try checkChannels(shape[shape.count - 3], modality)
    let smallest = Self.smallestSide(stem)
    let (height, width) = (shape[shape.count - 2], shape[shape.count - 1])
    guard min(height, width) < smallest else { return }
    throw EquipoiseError(
      .configuration,
      "modality '\(modality)': \(height)×\(width) is too small for \(summary), which halves it "
        + "\(stem == .standard ? "five" : "three") times and needs \(smallest)×\(smallest)",
      fix: stem == .standard && min(height, width) >= Self.smallestSide(.smallImage)
        ? "set smallImageStem: true for its encoder" : "prepare the data at a larger size")
  }

  /// The shortest side of which every strided step receives at least 2.
  static func smallestSide(_ stem: Stem) -> Int {
    let halvings = stem == .standard ? 5 : 3
    return (1..<halvings).reduce(2) { side, _ in 2 * side - 1 }
  }

  private static func checkRank(_ shape: [Int], _ modality: String) throws {
    guard shape.count == 3 || shape.count == 4 else {
      throw EquipoiseError(
        .configuration,
        "modality '\(modality)': a residual network takes [C, H, W] or [T, C, H, W], "
          + "but its samples have shape \(shape)",
        fix: "use the encoder 'transformer' or 'conv1d' for sequences, 'mlp' for vectors")
    }
  }

  private func checkChannels(_ found: Int, _ modality: String) throws {
    guard found == channels else {
      throw EquipoiseError(
        .configuration,
        "modality '\(modality)' has \(found) channel(s), but its encoder takes \(channels)",
        fix: "make the encoder for the data's channels")
    }
  }
}

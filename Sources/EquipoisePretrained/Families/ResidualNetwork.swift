// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseModels
internal import EquipoiseTorch

/// ResNet-18, 34, 50 and 101 (He et al., 2016) of `torchvision` and `timm`, which name their parts alike: `conv1.weight`,
/// `layer1.0.conv1.weight`, `layer2.0.downsample.0.weight`, …. Bottlenecks stride in their 3×3 convolution.
///
/// ```
/// stem    conv 7×7 stride 2 → BN → ReLU → max-pool 3×3 stride 2
/// stage   blocks of two 3×3 convolutions, or of 1×1, 3×3 and 1×1
/// feature mean over height and width
/// ```
/// Sizes are read from the weights. The description's `architecture` names the network.
public enum ResidualNetwork: PretrainedFamily {
  /// `resnet`
  public static let name = "resnet"
  /// One line for lists.
  public static let summary = "ResNets of torchvision and timm"
  /// What a sample is.
  public static let input = VisionTransformer.input
  /// Values of `architecture`.
  public static let kinds = ["resnet18", "resnet34", "resnet50", "resnet101"]

  /// By `architecture`.
  public static func recognises(_ description: ModelDescription) -> Bool {
    description.text("architecture").map { kinds.contains($0.beforeDot) } ?? false
  }

  /// A picture of the usual size.
  public static func trainedShape(_ folder: PretrainedFolder) throws -> [Int] {
    [try folder.shapes()["conv1.weight"]?[1] ?? 3, 224, 224]
  }

  /// The encoder of a folder's weights.
  public static func makeEncoder(
    of folder: PretrainedFolder, for request: NetworkRequest
  ) throws -> any PretrainedEncoder {
    let shapes = try folder.shapes()
    let given = try request.picture()
    guard let first = shapes["conv1.weight"], first.count == 4, first[2] == 7,
      let last = shapes.keys.contains("layer4.0.conv1.weight") ? first[0] : nil
    else {
      throw EquipoiseError(
        .configuration, "the weights are not those of a ResNet with one 7×7 convolution in front",
        at: folder.path, fix: "use torchvision's resnet18, 34, 50 or 101, or timm's of these names")
    }
    let isDeep = shapes["layer1.0.conv3.weight"] != nil
    let conv1 = Conv2d(
      given.channels, last, kernel: 7, stride: 2, padding: 3, bias: false, initializer: .zeros,
      from: Generator(seed: 0))
    let bn1 = BatchNorm(last)
    var stem = Parts()
    _ = (stem.add("conv1", conv1), stem.add("bn1", bn1))
    var channels = last
    let stages = (1...4).map { index -> (Parts, (Tensor, ForwardMode) -> Tensor) in
      let count = (0...).prefix { shapes["layer\(index).\($0).conv1.weight"] != nil }.count
      let inner = shapes["layer\(index).0.conv1.weight"]?[0] ?? last
      let blocks = (0..<count).map { place in
        defer { channels = isDeep ? 4 * inner : inner }
        return ResidualBlock(
          channels, inner, stride: index > 1 && place == 0 ? 2 : 1, isDeep: isDeep)
      }
      var parts = Parts()
      let stage = parts.add("layer\(index)", Sequential(blocks))
      return (parts, { stage($0, $1) })
    }
    return PretrainedConvNet(
      .init(
        stem: stem,
        enter: {
          bn1(conv1($0, $1), $1).relu().maxPool2d(kernel: 3, stride: 2, padding: 1)
        }, stages: stages, groups: try request.groups(of: 4), lastNorm: nil, width: channels,
        channels: given.channels, halvings: 5, firstWeight: "conv1.weight",
        title: folder.description.text("architecture") ?? name))
  }

  /// As they are; the classifier, `fc`, is not part of it.
  public static func parameterName(_ name: String) -> String? { name }
}

extension String {
  /// What stands before the first dot, as `resnet18` in `resnet18.a1_in1k`.
  var beforeDot: String { split(separator: ".").first.map(String.init) ?? self }
}

/// A block of ResNet, under `torchvision`'s names.
private final class ResidualBlock: Layer {
  private let conv1: Conv2d
  private let bn1: BatchNorm
  private let conv2: Conv2d
  private let bn2: BatchNorm
  private let conv3: Conv2d?
  private let bn3: BatchNorm?
  private let downsample: Sequential?

  init(_ given: Int, _ inner: Int, stride: Int, isDeep: Bool) {
    func convolution(_ given: Int, _ wanted: Int, _ kernel: Int, _ stride: Int) -> Conv2d {
      Conv2d(
        given, wanted, kernel: kernel, stride: stride, padding: kernel / 2, bias: false,
        initializer: .zeros, from: Generator(seed: 0))
    }
    let wanted = isDeep ? 4 * inner : inner
    conv1 = convolution(given, inner, isDeep ? 1 : 3, isDeep ? 1 : stride)
    bn1 = BatchNorm(inner)
    conv2 = convolution(inner, inner, 3, isDeep ? stride : 1)
    bn2 = BatchNorm(inner)
    conv3 = isDeep ? convolution(inner, wanted, 1, 1) : nil
    bn3 = isDeep ? BatchNorm(wanted) : nil
    downsample =
      stride != 1 || given != wanted
      ? Sequential([convolution(given, wanted, 1, stride), BatchNorm(wanted)]) : nil
  }

  func callAsFunction(_ input: Tensor, _ mode: ForwardMode) -> Tensor {
    var x = bn1(conv1(input, mode), mode).relu()
    x = bn2(conv2(x, mode), mode)
    if let conv3, let bn3 { x = bn3(conv3(x.relu(), mode), mode) }
    return (x + (downsample?(input, mode) ?? input)).relu()
  }
}

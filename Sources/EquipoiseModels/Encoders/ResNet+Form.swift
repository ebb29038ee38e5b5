// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
package import EquipoiseTorch

/// What the shapes of a file's tensors say about the residual network that they are of.
package struct ResNetForm: Equatable {
  /// Blocks of each stage.
  let stages: [Int]
  /// Channels of the first stage.
  let width: Int
  /// Channels of the input.
  let channels: Int
  /// The side of the first convolution.
  let kernel: Int
  /// Whether blocks have three convolutions, as in ResNet-50 and deeper.
  let hasBottlenecks: Bool

  /// Reads tensors under torchvision's names; `nil` when they are not those of a residual network.
  package init?(_ tensors: [String: Tensor]) {
    guard let first = tensors["conv1.weight"], first.rank == 4 else { return nil }
    (width, channels, kernel) = (first.size(0), first.size(1), first.size(2))
    stages = (1...4).map { stage in
      (0...).prefix { tensors["layer\(stage).\($0).conv1.weight"] != nil }.count
    }
    guard stages.allSatisfy({ $0 > 0 }) else { return nil }
    hasBottlenecks = tensors["layer1.0.conv3.weight"] != nil
  }

  /// How a file's network differs from this one, and what makes them agree.
  package struct Difference {
    package let what: String
    /// For an import of the weights.
    package let importing: String
    /// For a run's configuration, below the encoder's section.
    let setting: String
  }

  /// The first way in which the network of the file differs from `encoder`; `nil` where it does not.
  package func difference(from encoder: ResNet) -> Difference? {
    let own = encoder.form
    guard !hasBottlenecks else {
      return Difference(
        what: "the file holds a ResNet-50 or deeper, of bottleneck blocks",
        importing: "import a ResNet-18 or ResNet-34",
        setting: "take the weights of a ResNet-18 or ResNet-34")
    }
    if stages != own.stages {
      let known = ResNet.Variant.allCases.first { $0.stages == stages }?.rawValue
      let name = known.map { "a ResNet-\($0)" } ?? "a residual network of \(stages) blocks"
      return Difference(
        what: "the file holds \(name), and this is \(encoder.summary)",
        importing: known.map { "add \(.argument("type=resnet\($0)"))" }
          ?? "import a ResNet-18 or ResNet-34",
        setting: known.map { "set type: resnet\($0)" }
          ?? "take the weights of a ResNet-18 or ResNet-34")
    }
    if width != own.width {
      return Difference(
        what:
          "the file's network is \(width < own.width ? "narrower" : "wider"): its first stage has "
          + "\(width) channels, not \(own.width)", importing: "add \(.argument("width=\(width)"))",
        setting: "set width: \(width)")
    }
    if kernel != own.kernel {
      let isSmall = kernel == 3 && own.kernel == 7
      return Difference(
        what: "the file's network begins with a \(kernel)×\(kernel) convolution, not "
          + "\(own.kernel)×\(own.kernel)\(isSmall ? ": it is one for small images" : "")",
        importing: isSmall
          ? "give the file itself to model.encoders.MODALITY.initialWeights, with smallImageStem: true"
          : "import a network with torchvision's first layer",
        setting: isSmall ? "set smallImageStem: true" : "set smallImageStem: false")
    }
    guard channels != own.channels else { return nil }
    return Difference(
      what: "the file's network takes \(channels) channels, not \(own.channels)",
      importing: "add \(.argument("channels=\(channels)"))",
      setting: own.channels == 1 && channels == 3
        ? "sum its colours with \(.importing("channels=1"))"
        : "prepare the modality with \(channels) channels")
  }
}

// SPDX-License-Identifier: Apache-2.0
import EquipoiseFormats
import EquipoiseRunTestSupport
import EquipoiseSettings
import EquipoiseTestSupport
import EquipoiseTorch
import Foundation
import Testing

@testable import EquipoiseInference
@testable import EquipoiseModels
@testable import EquipoiseTraining

/// Weights of other programs: what is found in them, and what is refused.
struct WeightImportTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A ResNet's weights under names that `rename` makes, with `more` tensors.
  private func file(
    _ variant: ResNet.Variant = .resNet18, width: Int = 2, channels: Int = 3,
    stem: ResNet.Stem = .standard, more: [NamedTensor] = [],
    rename: (String) -> String = { $0 }, change: (String, Tensor) -> Tensor = { $1 }
  ) throws -> String {
    let source = ResNet(
      variant, channels: channels, width: width, stem: stem, from: Generator(seed: 4))
    let path = folder.file("\(UUID().uuidString).safetensors")
    try TensorFile.write(
      source.state.map { (rename($0.name), change($0.name, $0.tensor)) } + more, to: path)
    return path
  }

  private func complaint(_ path: String, width: Int = 2, channels: Int = 3, prefix: String? = nil)
    -> String?
  {
    message {
      _ = try WeightImport(from: path, .resNet18, channels: channels, width: width, prefix: prefix)
    }?.replacing(path, with: "FILE")
  }

  @Test(arguments: [
    "module.", "backbone.", "encoder.", "model.", "_orig_mod.", "module.encoder_q.",
  ])
  func aPrefixIsLeftOut(_ prefix: String) throws {
    let head = [
      (name: prefix + "fc.weight", tensor: Tensor.ones([2, 16])),
      (name: "head.weight", tensor: Tensor.ones([1])),
    ]
    let path = try file(more: head, rename: { prefix + $0 })
    let imported = try WeightImport(from: path, .resNet18, channels: 3, width: 2)
    #expect(imported.prefix == prefix)
    #expect(imported.ignored == [prefix + "fc.weight", "head.weight"])
    #expect(imported.report.loaded.count == 122 - 2)
  }

  @Test func oneOfSeveralNetworksIsChosenByName() throws {
    let other = ResNet(.resNet18, channels: 3, width: 2, from: Generator(seed: 9))
    let path = try file(
      more: other.state.map { ("encoder_k." + $0.name, $0.tensor) }, rename: { "encoder_q." + $0 })
    #expect(
      complaint(path)
        == "FILE: the file holds several such networks, whose names begin with 'encoder_k.', "
        + "'encoder_q.'; choose one with an import of the weights with prefix=NAME")
    #expect(complaint(path, prefix: "encoder_k") == nil)
    #expect(
      complaint(path, prefix: "module")
        == "FILE: no name of the file begins with 'module.'; they begin with 'encoder_k.', "
        + "'encoder_q.'")
  }

  @Test func anotherNetworkIsNamed() throws {
    #expect(
      try complaint(file(width: 4))
        == "FILE: the file's network is wider: its first stage has 4 channels, not 2; add width=4"
    )
    #expect(
      try complaint(file(width: 2), width: 64)
        == "FILE: the file's network is narrower: its first stage has 2 channels, not 64; add width=2"
    )
    #expect(
      try complaint(file(.resNet34))
        == "FILE: the file holds a ResNet-34, and this is ResNet-18, width 2; add type=resnet34")
    #expect(
      try complaint(file(channels: 4))
        == "FILE: the file's network takes 4 channels, not 3; add channels=4")
    #expect(
      try complaint(file(stem: .smallImage))
        == "FILE: the file's network begins with a 3×3 convolution, not 7×7: it is one for small "
        + "images; give the file itself to model.encoders.MODALITY.initialWeights, with "
        + "smallImageStem: true")
    let deep = [(name: "layer1.0.conv3.weight", tensor: Tensor.ones([1]))]
    #expect(
      try complaint(file(more: deep))
        == "FILE: the file holds a ResNet-50 or deeper, of bottleneck blocks; import a ResNet-18 or "
        + "ResNet-34")
    #expect(
      try complaint(file(rename: { "blocks/" + $0 }))?.hasPrefix(
        "FILE: this is not a ResNet under torchvision's names: they begin with 'blocks/bn1'")
        == true)
  }

  /// One channel of a file of three is their sum, whatever precedes the names.
  @Test func coloursAreSummedBehindAPrefix() throws {
    let path = try file(rename: { "module." + $0 })
    #expect(try WeightImport(from: path, .resNet18, channels: 1, width: 2).isSummed)
  }

  @Test func numbersThatCannotBeAreRefusedByName() throws {
    let path = try file(change: { name, tensor in
      switch name {
      case "conv1.weight", "layer4.1.bn2.bias": tensor / 0 * 0
      case "layer2.0.bn1.running_var": tensor * -1
      default: tensor
      }
    })
    #expect(
      complaint(path)
        == "FILE holds numbers that are not finite in conv1.weight, layer4.1.bn2.bias, and negative "
        + "variances in layer2.0.bn1.running_var; the file is damaged or its training diverged: use "
        + "another one")
    let large = try file(change: { name, tensor in
      name == "bn1.bias" ? tensor.to(.float64) + 1e300 : tensor
    })
    #expect(
      complaint(large)?.hasPrefix("FILE holds numbers that are not finite in bn1.bias;") == true)
  }

  /// The same files given to a run itself.
  @Test func initialWeightsOfARun() throws {
    let tiny = try TinyRun()
    let weights = try file(
      width: 3, channels: 1, stem: .smallImage, rename: { "module." + $0 })
    tiny.configuration.model.encoders["image"]?.initialWeights = weights
    #expect(
      message { _ = try RunParts(tiny.configuration) }?.hasSuffix(
        ": the file's network is wider: its first stage has 3 channels, not 2; set width: 3 "
          + "(model.encoders.image)") == true)
    tiny.configuration.model.encoders["image"] = .resnet18(width: 3, smallImageStem: true)
    tiny.configuration.model.encoders["image"]?.initialWeights = weights
    _ = try RunParts(tiny.configuration)
  }
}

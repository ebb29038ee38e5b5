// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseModels
internal import EquipoiseSettings
internal import EquipoiseTorch
internal import Synchronization

/// The families of networks that a program can read: a value, to which a program adds its own.
public struct EncoderCatalogue: Sendable {
  /// The families.
  public private(set) var families: [any PretrainedFamily.Type] = [
    BERT.self, VisionTransformer.self, DINOv2.self, CLIP.self, SigLIP.self,
    AudioSpectrogramTransformer.self,
    Wav2Vec2.self, VideoMAE.self, ResidualNetwork.self, ConvNeXt.self, ImageLibraryViT.self,
  ]

  /// What the library has.
  public static let standard = EncoderCatalogue()

  private init() {}

  /// The same and one more family, which is asked first.
  public func adding(_ family: any PretrainedFamily.Type) -> EncoderCatalogue {
    CatalogueNames.check(family.name, isNewAmong: families.map { $0.name }, "family of networks")
    var more = self
    more.families.insert(family, at: 0)
    return more
  }

  private static let held = Mutex(EncoderCatalogue.standard)

  /// What this program knows: the library's, until the program's start says otherwise.
  package static var inUse: EncoderCatalogue {
    get { held.withLock { $0 } }
    set { held.withLock { $0 = newValue } }
  }

  /// The family of a description.
  ///
  /// - Parameter description: of a model.
  /// - Returns: the first family that knows it.
  /// - Throws: `EquipoiseError` with those that are known.
  public func family(of description: ModelDescription) throws -> any PretrainedFamily.Type {
    if let family = families.first(where: { $0.recognises(description) }) { return family }
    let found = description.text("model_type") ?? description.text("architecture")
    throw EquipoiseError(
      .configuration,
      found.map { "'\($0)' is not a network that can be read" }
        ?? "the description names neither a model_type nor an architecture", at: description.path,
      fix: "use one of \(families.flatMap { $0.kinds }.sorted().joined(separator: ", "))")
  }

  /// The network of a folder.
  ///
  /// - Parameters:
  ///   - folder: with its description and weights.
  ///   - request: what it is made for.
  ///   - readingWeights: whether its weights are read; else all are zeros.
  /// - Returns: the encoder, and what its files hold beside it.
  /// - Throws: `EquipoiseError` for networks that are not known and descriptions that do not fit; `TorchError.weights`
  ///   with every name that is missing or of another shape.
  public func network(
    of folder: PretrainedFolder, for request: NetworkRequest, readingWeights: Bool = true
  ) throws -> PretrainedNetwork {
    let family = try family(of: folder.description)
    let encoder = try family.makeEncoder(of: folder, for: request)
    guard readingWeights else {
      return PretrainedNetwork(encoder: encoder, family: family, unused: [])
    }
    let names = Set(encoder.state.map(\.name))
    var (tensors, unused): ([String: Tensor], [String]) = ([:], [])
    for (name, tensor) in try folder.tensors() {
      if let own = family.parameterName(name), names.contains(own) {
        tensors[own] = tensor
      } else {
        unused.append(name)
      }
    }
    withoutGradient { encoder.adapt(&tensors) }
    for (name, tensor) in encoder.state where name.hasSuffix("num_batches_tracked") {
      if tensors[name] == nil { tensors[name] = tensor }
    }
    do {
      try encoder.load(tensors, source: folder.path)
    } catch {
      throw EquipoiseError(
        .configuration,
        "\(error)" + (unused.isEmpty ? "" : "; not used: \(Self.list(unused.sorted()))"),
        at: request.place + ".path",
        fix: "use the weights that belong to this config.json, of \(family.summary)")
    }
    return PretrainedNetwork(encoder: encoder, family: family, unused: unused.sorted())
  }

  private static func list(_ names: [String]) -> String {
    let most = 8
    let shown = names.prefix(most).joined(separator: ", ")
    return names.count > most ? "\(shown) and \(names.count - most) more" : shown
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseModels
internal import EquipoiseTorch
import Foundation

/// The size of a network, for lists. Multiply-adds are of the forward pass of one sample.
public struct EncoderOverview: Codable, Equatable, Sendable {
  /// What it is called where it is published, or its folder.
  public let name: String
  /// The family that reads it.
  public let family: String
  /// What a sample is.
  public let input: String
  /// The shape of a sample that it was trained on, or that was asked for.
  public let shape: [Int]
  /// The width of its feature.
  public let featureWidth: Int
  /// Numbers that it learns.
  public let parameters: Int
  /// Of one sample of the shape.
  public let multiplyAdds: Int
  /// Names of its files that the encoder has no use for; nil where no files were read.
  public let unused: [String]?
}

extension EncoderCatalogue {
  /// The published networks of all families.
  ///
  /// - Returns: one overview for each.
  /// - Throws: `EquipoiseError` where a family's description is not one that it reads.
  public func overviews() throws -> [EncoderOverview] {
    try families.flatMap { family in try family.published.map { try overview(of: $0, family) } }
  }

  /// A folder's network.
  ///
  /// - Parameters:
  ///   - folder: with its description and weights.
  ///   - shape: of a sample; nil takes the one that it was trained on.
  /// - Returns: its size, and what its files hold beside it.
  /// - Throws: `EquipoiseError` for networks that are not known, or files that do not fit.
  public func overview(of folder: PretrainedFolder, shape: [Int]? = nil) throws -> EncoderOverview {
    let family = try family(of: folder.description)
    let shape = try shape ?? family.trainedShape(folder)
    let network = try network(of: folder, for: .ofAllLayers(shape, at: folder.path))
    let size = Self.size(network.encoder, shape)
    return EncoderOverview(
      name: folder.path, family: family.name, input: family.input, shape: shape,
      featureWidth: network.encoder.featureWidth, parameters: size.parameters,
      multiplyAdds: size.multiplyAdds, unused: network.unused)
  }

  /// All layers are alike: what one adds is known from networks of one and two.
  private func overview(
    of published: PublishedNetwork, _ family: any PretrainedFamily.Type
  ) throws -> EncoderOverview {
    let description = try ModelDescription(Data(published.text.utf8), path: published.name)
    let layers = try description.size(published.layers)
    let shape = try family.trainedShape(PretrainedFolder(of: description))
    let encoders = try [1, 2].map { count in
      try family.makeEncoder(
        of: PretrainedFolder(of: description.with(published.layers, count)),
        for: .ofAllLayers(shape, at: published.name))
    }
    let sizes = encoders.map { Self.size($0, shape) }
    func all(_ number: KeyPath<Size, Int>) -> Int {
      sizes[0][keyPath: number]
        + (layers - 1) * (sizes[1][keyPath: number] - sizes[0][keyPath: number])
    }
    return EncoderOverview(
      name: published.name, family: family.name, input: family.input, shape: shape,
      featureWidth: encoders[0].featureWidth, parameters: all(\.parameters),
      multiplyAdds: all(\.multiplyAdds), unused: nil)
  }

  private struct Size {
    let parameters: Int
    let multiplyAdds: Int
  }

  private static func size(_ encoder: any PretrainedEncoder, _ shape: [Int]) -> Size {
    let zeros = Tensor.zeros([1] + shape)
    return Size(
      parameters: encoder.parameterCount,
      multiplyAdds: withoutGradient {
        MultiplyAdds.count { _ = encoder.features(zeros, .evaluation) }
      })
  }
}

extension NetworkRequest {
  /// One block, for lists.
  fileprivate static func ofAllLayers(_ shape: [Int], at place: String) -> NetworkRequest {
    NetworkRequest(
      input: EncoderInput(modality: "list", shape: shape), depths: .groups(1), pooling: .auto,
      dropout: nil, place: place)
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseSettings

/// An array of an npy or npz file, as it is: its shape and type are those of the files.
public struct ArrayConfiguration: FeatureSettings {
  /// The name.
  public static let name = "array"
  /// What it makes.
  public static let summary = "an array of an npy or npz file, as it is"
  /// npy and npz.
  public static var extensions: [String] { MediaKind.arrayExtensions.sorted() }

  /// The array's name in npz files; nil takes their only one, or the one named like the modality.
  public var key: String?

  /// The defaults.
  public init() {}
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseData
public import EquipoiseSettings

/// An array of an npy or npz file, as it is: its shape and type are those of the files. Series may differ in length where
/// one is stated.
public struct ArrayConfiguration: FeatureSettings {
  /// The name.
  public static let name = "array"
  /// What it makes.
  public static let summary = "an array of an npy or npz file, as it is"
  /// npy and npz.
  public static var extensions: [String] { ArrayFile.extensions.sorted() }

  /// The array's name in npz files; nil takes their only one, or the one named like the modality.
  public var key: String?

  /// The steps of a sample, where arrays differ in their first dimension: shorter ones are followed by zeros, longer ones
  /// cut, and the dataset notes how many steps of each are valid. Nil wants arrays of one shape.
  public var length: Int?

  /// The defaults.
  public init() {}
}

extension ArrayConfiguration: RangeChecking {
  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    try path.check("length", length, .atLeast(1, to: 1 << 31))
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseSettings

/// What the folders of a level, counted from the input folder, are.
public enum FolderLevel: String, ConfigurationChoice {
  /// Splits, by name: `train`, `Validation`, `test_set`.
  case split
  /// Modalities: each holds the classes once more, with files of the same names.
  case modality
  /// Classes.
  case label = "class"
  /// Groups, such as speakers.
  case group
  /// Of no meaning.
  case other
}

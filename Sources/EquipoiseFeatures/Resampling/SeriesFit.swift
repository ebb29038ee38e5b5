// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseSettings

/// How a series comes to its length.
public enum SeriesFit: String, ConfigurationChoice {
  /// Squeezed or stretched in time.
  case resample
  /// Cut at the end, or filled up with zeros.
  case pad
}

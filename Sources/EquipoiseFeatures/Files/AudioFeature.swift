// SPDX-License-Identifier: Apache-2.0
package import EquipoiseKit
package import EquipoiseMedia
public import EquipoiseSettings
package import EquipoiseData
package import EquipoiseFormats

/// The spectrogram of a file's sound: float16 or float32 [1, frequencies, frames].
package struct AudioFeature: StandardFeature {
  package let spectrogram: SpectrogramFeature
  let precision: SpectrogramPrecision

  package init(spectrogram: SpectrogramFeature, precision: SpectrogramPrecision) {
    self.spectrogram = spectrogram
    self.precision = precision
  }

  package var description: ModalityDescription {
    var description = spectrogram.description
    description.type = precision.type
    return description
  }

  package var record: FeatureRecord { .spectrogram(spectrogram, precision: precision) }

  package func callAsFunction(
    _ files: [String], of id: String, by media: any MediaDecoding, _ stream: inout RandomStream
  ) throws -> HostArray {
    guard let path = files.first else { preconditionFailure("AudioFeature: no file of '\(id)'") }
    let audio = try media.sound(
      path, sampleRate: spectrogram.sampleRate, atMost: spectrogram.fit.used
    ).array
    return precision.stored(try spectrogram(audio, of: path, &stream))
  }
}

/// How exactly spectrograms are stored.
public enum SpectrogramPrecision: String, ConfigurationChoice {
  /// 2 bytes a number: three digits.
  case float16
  /// 4 bytes a number.
  case float32

  var type: ElementType { self == .float16 ? .float16 : .float32 }

  func stored(_ array: HostArray) -> HostArray {
    self == .float32 ? array : HostArray(array.floats().map { Float16($0) }, shape: array.shape)
  }
}

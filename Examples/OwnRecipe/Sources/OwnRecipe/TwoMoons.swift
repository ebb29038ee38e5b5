// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseFormats
import Foundation

/// Two half-moons, a coordinate for each modality: neither is enough alone.
struct TwoMoons: DatasetRecipe {
  struct Options: ConfigurationSection {
    /// Samples of each split.
    var samples = 100
    /// The standard deviation of both coordinates.
    var noise = 0.1
  }

  static let name = "two-moons"
  static let summary = "two half-moons, one coordinate a modality"
  static let needsInput = false
  private let options: Options

  init(_ options: Options) { self.options = options }

  func prepare(
    input: String, output: String, report: (PreparationEvent) -> Void
  ) throws -> DatasetDescription {
    let number = ModalityDescription(kind: .vector, shape: [1], type: .float32)
    let writer = try DatasetWriter(
      folder: output,
      description: DatasetDescription(
        name: Self.name, classes: ["upper", "lower"], modalities: ["x": number, "y": number]))
    var random = RandomStream(seed: 0, Self.name)
    for split in Split.allCases {
      for index in 0..<options.samples {
        let (label, angle) = (index % 2, random.uniform() * Double.pi)
        let side = label == 0 ? 1.0 : -1.0
        let x = (1 - side) / 2 + side * cos(angle) + options.noise * random.normal()
        let y = (1 - side) / 4 + side * sin(angle) + options.noise * random.normal()
        try writer.append(
          PreparedSample(
            inputs: [x, y].map { HostArray(floats: [Float($0)], shape: [1]) }, label: label),
          to: split)
      }
    }
    return try writer.finish()
  }
}

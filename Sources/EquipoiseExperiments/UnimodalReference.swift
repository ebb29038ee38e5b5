// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseSettings
internal import EquipoiseModels
internal import EquipoiseMethods
package import EquipoiseTraining
internal import EquipoiseFormats
import Foundation

/// A model of one modality alone, trained as an entry's models are: what the modality can reach. Equal
/// references of different entries and comparisons are one, found again by its folder's name.
package struct UnimodalReference: Sendable {
  /// The modality.
  package let modality: String
  /// The configuration of its runs but for the seed.
  package let configuration: RunConfiguration
  /// The folder of its runs.
  package let folder: String

  /// The reference of a modality.
  ///
  /// - Parameters:
  ///   - modality: its name.
  ///   - entry: the configuration whose reference it is.
  ///   - dataset: the identity of the prepared data.
  ///   - folder: where references are kept.
  /// - Throws: when a file of initial weights cannot be read.
  package init(
    _ modality: String, of entry: RunConfiguration, dataset: String, in folder: String
  ) throws {
    var configuration = entry
    configuration.method = MethodSection(Unimodal.self)
    configuration.modalities = [modality]
    // Of the rest of the model and its augmentation nothing is used.
    configuration.model = ModelConfiguration()
    configuration.model.encoders[modality] = entry.model.encoders[modality]
    configuration.augmentation = NamedSections()
    configuration.augmentation[modality] = entry.augmentation[modality]
    configuration.training.parts = entry.training.parts.of(modality)
    // With one modality there is nothing to share out.
    configuration.evaluation.shapley = false
    configuration.evaluation.probe = false
    configuration.evaluation.utilisation = false
    self.modality = modality
    self.configuration = configuration
    let key = try Self.key(configuration, modality, dataset)
    self.folder = ExperimentFolder.reference(modality, key: key, in: folder).path
  }

  /// A hash of everything that decides the weights but for the seed: the data by its identity, not by
  /// its path; initial weights by their content; not the settings of how it runs.
  private static func key(
    _ configuration: RunConfiguration, _ modality: String, _ dataset: String
  ) throws -> String {
    var decisive = configuration
    decisive.data = dataset
    let device = configuration.runtime.device
    decisive.runtime = RuntimeConfiguration()
    decisive.runtime.device = device
    if let weights = configuration.model.encoders[modality]?.initialWeights {
      decisive.model.encoders[modality]?.initialWeights = try Digest.sha256Hex(ofFile: weights)
    }
    return String(Digest.sha256Hex(of: Array(try decisive.yaml().utf8)).prefix(16))
  }
}

extension NamedSections<PartConfiguration> {
  /// What of it there is in a model of one modality alone: its encoder and the head.
  fileprivate func of(_ modality: String) -> Self {
    let parts = ["encoders.\(modality)", "fusion"]
    return Self(
      elements.filter { text, _ in
        let beginning = text.split(separator: ".").prefix(2).joined(separator: ".")
        let isHead = ["head", "fusion"].contains { text == $0 || text.hasPrefix($0 + ".") }
        return isHead || parts.contains { PartPattern(beginning).matches($0) }
      })
  }
}

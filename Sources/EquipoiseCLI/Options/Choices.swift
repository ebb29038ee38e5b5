// SPDX-License-Identifier: Apache-2.0
public import ArgumentParser
public import Equipoise
package import EquipoiseDisplay

// The library's choices as values of options.
extension Split: ExpressibleByArgument {
  /// Takes the words that data and other programs use too.
  public init?(argument: String) {
    switch argument.lowercased() {
    case "train", "training": self = .train
    case "validation", "val", "valid", "dev", "development": self = .validation
    case "test", "testing": self = .test
    default: return nil
    }
  }
}
extension SavedWeights: ExpressibleByArgument {}
extension ResumePolicy: ExpressibleByArgument {}
extension Precision: ExpressibleByArgument {}
// How a command prints, too.
extension OutputFormat: ExpressibleByArgument {}
extension ReportFormat: ExpressibleByArgument {}
extension PredictionFormat: ExpressibleByArgument {}

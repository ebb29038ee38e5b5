// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
package import EquipoiseSettings
public import EquipoiseMethods
public import EquipoiseModels
public import EquipoisePretrained
internal import Synchronization

/// Everything that a run's configuration may name: a value, to which a program adds its own.
public struct RunCatalogue: Sendable {
  /// The methods, for `method.name`.
  public var methods = MethodCatalogue.standard
  /// Encoders, fusions and couplings, for `model`.
  public var model = ModelCatalogue.standard.adding(fusion: BoostedFusion.Configuration.self)
    .adding(encoder: PretrainedConfiguration.self)
  /// Networks that `type: pretrained` reads.
  public var encoders = EncoderCatalogue.standard
  /// Optimisers and schedules, for `training`.
  public var training = TrainingCatalogue.standard

  /// What the library has.
  public static let standard = RunCatalogue()

  private init() {}

  private static let held = Mutex(RunCatalogue.standard)

  /// What this program knows: the library's, until the program's start says otherwise.
  package static var inUse: RunCatalogue {
    get { held.withLock { $0 } }
    set {
      held.withLock { $0 = newValue }
      EncoderCatalogue.inUse = newValue.encoders
    }
  }

  /// The settings of everything, for resolving configurations.
  package func table() throws -> SectionTable {
    var table = SectionTable()
    try methods.add(to: &table)
    try model.add(to: &table)
    try training.add(to: &table)
    return table
  }
}

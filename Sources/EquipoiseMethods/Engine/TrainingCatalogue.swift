// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseModels
package import EquipoiseSettings

/// The losses, optimisers and schedules that a program knows.
public struct TrainingCatalogue: Sendable {
  /// The losses, for `training.loss.type`.
  public private(set) var losses: [any LossConfiguration.Type] = [
    AutoLoss.self, CrossEntropyConfiguration.self, FocalConfiguration.self,
    BinaryCrossEntropyConfiguration.self, SquaredErrorConfiguration.self,
    AbsoluteErrorConfiguration.self, HuberConfiguration.self, ConcordanceConfiguration.self,
  ]
  /// The optimisers, for `training.optimiser.type`.
  public private(set) var optimisers: [any OptimiserConfiguration.Type] = [
    SGDConfiguration.self, AdamConfiguration.self, AdamWConfiguration.self,
  ]
  /// The schedules, for `training.schedule.type`.
  public private(set) var schedules: [any ScheduleConfiguration.Type] = [
    StepSchedule.self, CosineSchedule.self, ConstantSchedule.self, RestartsSchedule.self,
    PolynomialSchedule.self, OneCycleSchedule.self, PlateauSchedule.self,
  ]

  /// What the library has.
  public static let standard = TrainingCatalogue()

  private init() {}

  /// The same and one more loss.
  public func adding(loss: any LossConfiguration.Type) -> TrainingCatalogue {
    CatalogueNames.check(loss.name, isNewAmong: losses.map { $0.name }, LossFamily.title)
    var more = self
    more.losses.append(loss)
    return more
  }

  /// The same and one more optimiser.
  public func adding(optimiser: any OptimiserConfiguration.Type) -> TrainingCatalogue {
    CatalogueNames.check(
      optimiser.name, isNewAmong: optimisers.map { $0.name }, OptimiserFamily.title)
    var more = self
    more.optimisers.append(optimiser)
    return more
  }

  /// The same and one more schedule.
  public func adding(schedule: any ScheduleConfiguration.Type) -> TrainingCatalogue {
    CatalogueNames.check(schedule.name, isNewAmong: schedules.map { $0.name }, ScheduleFamily.title)
    var more = self
    more.schedules.append(schedule)
    return more
  }

  /// Adds the settings of everything to a table.
  package func add(to table: inout SectionTable) throws {
    for type in losses { try add(type, to: &table) }
    for type in optimisers { try add(type, to: &table) }
    for type in schedules { try add(type, to: &table) }
  }

  private func add<Settings: LossConfiguration>(
    _ type: Settings.Type, to table: inout SectionTable
  ) throws { try table.add(to: LossFamily.self, Settings.name, type) }

  private func add<Settings: OptimiserConfiguration>(
    _ type: Settings.Type, to table: inout SectionTable
  ) throws { try table.add(to: OptimiserFamily.self, Settings.name, type) }

  private func add<Settings: ScheduleConfiguration>(
    _ type: Settings.Type, to table: inout SectionTable
  ) throws { try table.add(to: ScheduleFamily.self, Settings.name, type) }
}

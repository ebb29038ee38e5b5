// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Equipoise
import EquipoiseDisplay
import Foundation

extension SearchSampler: ExpressibleByArgument {}

/// A search whose next part depends on what was found: by halving, by a sampler that learns, within a time.
struct PartsSession {
  let command: SweepCommand

  /// Searches and prints what was found.
  ///
  /// - Throws: for settings that do not fit, or when a signal stops it.
  func run() throws {
    let options = command.allOptions
    let folder = try options.out ?? Self.folder(for: options)
    let methods = try fitting(command.names())
    let dimensions = try command.dimensions(of: methods)
    try command.checkKeys(of: dimensions, methods)
    let configurations = try methods.map { try configuration($0, []) }
    var search = try AdaptiveSearch(
      try methods.map { try space($0, dimensions) },
      sampler: command.sampler ?? (command.budget == nil ? .random : .tpe),
      factor: (command.halving ?? (command.budget == nil ? 1 : 3)) > 1
        ? command.halving ?? 3 : nil,
      epochs: configurations[0].training.epochs, seeds: options.seedList(),
      searchSeed: command.searchSeed, folder: folder, configuration: configuration)
    let budget = try options.budget(for: configurations)
    StopSignal.install()
    let experiment = Experiment(
      command: "sweep", folder: folder, budget: budget, quiet: options.quiet)
    let runner = SearchRunner(
      SearchLimits(
        trials: command.trials, seconds: command.budget.map { $0.seconds * Double(budget.jobs) }),
      journal: ExperimentFolder(folder).processes,
      train: { runs in
        try experiment.prepare(runs)
        return try experiment.train(runs)
      }, note: { if !options.quiet { Console.note("sweep: \($0)") } })
    let failures = try runner.run(&search)
    guard let report = try search.report(failures: failures), let plan = search.plan else { return }
    try report.write(plan)
    try command.show(report, folder: folder)
  }

  /// Beside the data, as nothing else is said.
  private static func folder(for options: ExperimentOptions) throws -> String {
    guard let data = options.data, command(data) != "" else { return try options.folder() }
    return "runs/search-" + command(data)
  }

  private static func command(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? ""
  }

  /// With what the method needs of the model, which every other setting beats.
  private func configuration(_ method: String, _ settings: [String]) throws -> RunConfiguration {
    var options = command.allOptions
    let needs = RunCatalogue.inUse.methods.methods.first { $0.name == method }?.needs
    options.sets = (needs?.settings ?? []) + options.sets
    return try options.configuration(method: method, extra: settings, name: method)
  }

  private func space(_ method: String, _ dimensions: [SearchDimension]) throws -> SearchSpace {
    guard dimensions.isEmpty,
      let type = RunCatalogue.inUse.methods.methods.first(where: { $0.name == method })
    else { return SearchSpace(method, of: dimensions) }
    return SearchSpace(
      method, of: try StandardSearchSpace.dimensions(of: type).map { try SearchDimension($0) })
  }

  /// Of all methods those that take the data and the model; of methods that were named all.
  private func fitting(_ names: [String]) throws -> [String] {
    guard command.methods == "all" else { return names }
    return try names.filter { name in
      var own = try configuration(name, [])
      own.runtime.device = "cpu"
      do {
        _ = try RunParts(own)
        return true
      } catch let error as EquipoiseError
        where error.place?.hasPrefix("method") == true
        || error.kind == .configuration
      {
        Console.note("sweep: \(name) is left out: \(error.what)")
        return false
      }
    }
  }
}

/// A time as hours, minutes and seconds: `2h`, `90m` and `1h30m`.
struct TimeBudget: ExpressibleByArgument {
  let seconds: Double

  init?(argument: String) {
    var (sum, rest) = (0.0, Substring(argument))
    for (unit, size) in [("h", 3600.0), ("m", 60), ("s", 1)] {
      guard let place = rest.firstIndex(of: Character(unit)) else { continue }
      guard let number = Double(rest[..<place]), number >= 0, number < 1e6 else { return nil }
      sum += number * size
      rest = rest[rest.index(after: place)...]
    }
    guard rest.isEmpty, sum > 0 else { return nil }
    seconds = sum
  }
}

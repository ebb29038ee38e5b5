// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Equipoise
import EquipoiseDisplay
import EquipoiseFormats

/// `equipoise methods`
struct MethodsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "methods",
    abstract: "List the methods, or show a method's page.",
    discussion: """
      A cost is the multiply-adds of a step by those of a joint step: of two ResNet-18 at 64 × 64 in batches of 32, \
      over 100 epochs, with the method's defaults.
      """)

  @Argument(
    help: "A method, whose page is shown: when to use it, equations, settings, numbers, BibTeX.")
  var name: String?

  @Option(help: "Only methods that take so many modalities.")
  var modalities: Int?

  @Option(help: "Only methods that take a task: classification, multilabel or regression.")
  var task: String?

  @Option(help: "Only methods that take a fusion.")
  var fusion: String?

  @Option(help: "Only methods that cost at most so many times joint training.")
  var cost: Double?

  @Option(help: "How to print them.")
  var format = OutputFormat.table

  func validate() throws {
    let catalogue = RunCatalogue.inUse
    try NumberFlag.check("--modalities", modalities, from: 1)
    guard cost.map({ $0 >= 0 }) ?? true else {
      throw ValidationError("--cost takes a number from 0")
    }
    try Self.check("method", name, catalogue.methods.names)
    try Self.check("task", task, LearningTask.allCases.map(\.rawValue))
    try Self.check("fusion", fusion, catalogue.model.fusions.map { $0.name })
  }

  private static func check(_ what: String, _ name: String?, _ names: [String]) throws {
    guard let name, !names.contains(name) else { return }
    throw ValidationError("there is no \(what) '\(name)'; \(Nearest.hint(name, in: names))")
  }

  func run() throws {
    let catalogue = RunCatalogue.inUse
    let costs = MethodCosts()
    let cards = try catalogue.methods.methods
      .filter { name == nil || $0.name == name }
      .map { try MethodCard($0, cost: costs.relative($0.name)) }
      .filter(isWanted)
    if format == .json { return try JSONOutput.print(cards) }
    guard let type = catalogue.methods.methods.first(where: { $0.name == name }) else {
      return Console.print(MethodCard.table(cards), terminator: "")
    }
    Console.print(
      try MethodPageText(type, cost: costs.relative(type.name)).text, terminator: "")
  }

  private func isWanted(_ card: MethodCard) -> Bool {
    (modalities.map { card.modalities.contains($0) } ?? true)
      && (task.map { card.tasks.contains($0) } ?? true)
      && (fusion.map { card.fusions.contains($0) } ?? true)
      && (cost.map { card.cost <= $0 } ?? true)
  }
}

// SPDX-License-Identifier: Apache-2.0
package import Equipoise

/// What a configuration may name, as `config list` shows it.
package struct CatalogueList: Encodable {
  /// A method.
  struct Method: Encodable {
    let name: String
    let summary: String
    let citation: String?
    let needs: Needs
  }

  /// What a method asks of the model.
  struct Needs: Encodable {
    let leastModalities: Int
    /// Null without a limit.
    let mostModalities: Int?
    /// As for `--set`.
    let settings: [String]
    let equalDepths: Bool
    /// The tasks that it does not refuse.
    let tasks: [String]

    init(_ needs: ModelNeeds) {
      leastModalities = needs.modalities.lowerBound
      mostModalities = needs.modalities.upperBound == .max ? nil : needs.modalities.upperBound
      (settings, equalDepths) = (needs.settings, needs.equalDepths)
      tasks = LearningTask.allCases.filter { needs.tasks[$0]?.refusal == nil }.map(\.rawValue)
    }

    /// A few words.
    var text: String {
      let count =
        mostModalities.map { $0 == leastModalities ? "\($0) modality" : "at most \($0) modalities" }
      return ([count].compactMap(\.self) + settings + (equalDepths ? ["equal depths"] : []))
        .joined(separator: ", ")
    }
  }

  /// Anything else.
  struct Choice: Encodable {
    let name: String
    let summary: String
  }

  let methods: [Method]
  let encoders: [Choice]
  let fusions: [Choice]
  let couplings: [Choice]
  let losses: [Choice]
  let optimisers: [Choice]
  let schedules: [Choice]
  let features: [Choice]

  package init(_ catalogue: RunCatalogue = .inUse, features: FeatureCatalogue = .inUse) {
    methods = catalogue.methods.methods.map { method in
      Method(
        name: method.name, summary: method.summary,
        citation: method.citation.map { "\($0.authors): \($0.title), \($0.venue)" },
        needs: Needs(method.needs))
    }
    encoders = catalogue.model.encoders.map { Choice(name: $0.name, summary: $0.summary) }
    fusions = catalogue.model.fusions.map { Choice(name: $0.name, summary: $0.summary) }
    couplings = catalogue.model.couplings.map { Choice(name: $0.name, summary: $0.summary) }
    losses = catalogue.training.losses.map { Choice(name: $0.name, summary: $0.summary) }
    optimisers = catalogue.training.optimisers.map { Choice(name: $0.name, summary: $0.summary) }
    schedules = catalogue.training.schedules.map { Choice(name: $0.name, summary: $0.summary) }
    self.features = features.features.map { Choice(name: $0.name, summary: $0.summary) }
  }

  package var text: String {
    var table = TextTable(["method.name", "what", "needs"], [.left, .left, .left])
    let all = LearningTask.allCases.count
    for method in methods {
      let tasks = method.needs.tasks.joined(separator: " or ")
      let needs = [method.needs.text, method.needs.tasks.count == all ? "" : tasks]
      table.add(
        [method.name, method.summary, needs.filter { !$0.isEmpty }.joined(separator: ", ")])
    }
    let others: [(String, [Choice])] = [
      ("model.encoders.NAME.type", encoders), ("model.fusion.type", fusions),
      ("model.coupling.type", couplings), ("training.loss.type", losses),
      ("training.optimiser.type", optimisers), ("training.schedule.type", schedules),
      ("modalities.NAME.kind of recipe manifest", features),
    ]
    return
      ([table.text()]
      + others.map { key, choices in
        var table = TextTable([key, "what"], [.left, .left])
        for choice in choices { table.add([choice.name, choice.summary]) }
        return table.text()
      }).joined(separator: "\n")
  }
}

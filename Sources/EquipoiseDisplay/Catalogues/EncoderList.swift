// SPDX-License-Identifier: Apache-2.0
package import Equipoise

/// Networks that encoders are read from, as `encoders` shows them.
package struct EncoderList: Encodable {
  /// A family of networks.
  struct Family: Encodable {
    let name: String
    let summary: String
    /// What `config.json` says of them: `model_type`, or the start of `architecture`.
    let kinds: [String]
    let input: String
  }

  let families: [Family]
  let networks: [EncoderOverview]

  package init(
    folders: [String], shape: [Int]?, _ catalogue: EncoderCatalogue = RunCatalogue.inUse.encoders
  ) throws {
    families = catalogue.families.map {
      Family(name: $0.name, summary: $0.summary, kinds: $0.kinds, input: $0.input)
    }
    networks =
      folders.isEmpty
      ? try catalogue.overviews()
      : try folders.map { try catalogue.overview(of: PretrainedFolder($0), shape: shape) }
  }

  package func write(_ format: OutputFormat) throws {
    switch format {
    case .table: Console.print(text, terminator: "")
    case .json: try JSONOutput.print(self)
    }
  }

  private var text: String {
    var kinds = TextTable(
      ["family", "networks", "config.json says", "input"], [.left, .left, .left, .left])
    for family in families {
      kinds.add([family.name, family.summary, family.kinds.joined(separator: ", "), family.input])
    }
    var sizes = TextTable(
      ["network", "family", "sample", "feature", "parameters", "multiply-adds"],
      [.left, .left, .left])
    for network in networks {
      sizes.add([
        network.name, network.family, Numbers.shape(network.shape), "\(network.featureWidth)",
        Numbers.count(network.parameters), Numbers.count(network.multiplyAdds),
      ])
    }
    let unused = networks.compactMap { network in
      network.unused.flatMap { names in
        names.isEmpty
          ? nil : "not used of \(network.name): \(names.joined(separator: ", "))\n"
      }
    }
    let isList = networks.allSatisfy { $0.unused == nil }
    return ((isList ? [kinds.text()] : []) + [sizes.text()] + unused).joined(separator: "\n")
  }
}

// SPDX-License-Identifier: Apache-2.0
package import Equipoise
import EquipoiseTorch

/// What a run consists of, as `inspect` shows it.
package struct Inspection: Encodable {
  /// The parameters that belong together: a modality's encoder, the coupling, or the fusion head.
  struct Group: Encodable {
    let name: String
    let isModality: Bool
    let parameters: Int
    let tensors: [ParameterTensor]
  }

  /// One parameter tensor.
  struct ParameterTensor: Encodable {
    let name: String
    let shape: [Int]
  }

  let method: String
  let dataset: DatasetSummary
  let model: ModelSummary
  /// All trainable numbers.
  let parameters: Int
  /// Of one sample's forward pass.
  let multiplyAdds: Int
  let groups: [Group]
  /// How parameters are trained, where not all are alike.
  let training: [TrainingGroup]?
  let memory: MemoryEstimate
  /// What the method takes beside the network, where it says so.
  let methodResources: MethodResources?

  package init(_ parts: RunParts) {
    method = parts.configuration.method.name
    dataset = DatasetSummary(parts.dataset, parts.splits)
    model = parts.summary
    parameters = model.parameters
    multiplyAdds = model.multiplyAdds
    groups = parts.model.parts.map { part in
      let tensors = part.parameters.map {
        ParameterTensor(name: $0.name, shape: $0.parameter.leaf.shape)
      }
      return Group(
        name: part.name, isModality: part.modality != nil,
        parameters: tensors.reduce(0) { $0 + $1.shape.reduce(1, *) }, tensors: tensors)
    }
    training = TrainingGroup.all(parts.plan, parts.configuration.training)
    memory = MemoryEstimate(
      model, parts.configuration.training, method: parts.methodResources)
    methodResources = parts.methodResources
  }

  /// The inspection as tables.
  package func text(listingParameters: Bool) -> String {
    let sections = [
      dataset.text, blocks.text(), groupTable.text(),
      training.map { TrainingGroup.table($0).text() },
      listingParameters ? parameterTable.text() : nil, methodTable?.text(), memory.text,
    ]
    return sections.compactMap { $0 }.joined(separator: "\n")
  }

  private var blocks: TextTable {
    var table = TextTable(
      ["model", "block", "output", "parameters", "multiply-adds"], [.left, .left, .left])
    for encoder in model.encoders {
      table.add([
        encoder.modality, encoder.architecture, Numbers.shape(encoder.inputShape) + " in",
        Numbers.count(encoder.parameters), Numbers.count(encoder.multiplyAdds),
      ])
      for block in encoder.blocks {
        table.add([
          "", "  " + block.name, Numbers.shape(block.outputShape),
          Numbers.count(block.parameters), Numbers.count(block.multiplyAdds),
        ])
      }
    }
    if model.mmtmParameters > 0 {
      table.add([
        "mmtm", "gates after each depth but the first", "",
        Numbers.count(model.mmtmParameters), Numbers.count(model.mmtmMultiplyAdds),
      ])
    }
    table.add([
      "fusion", model.fusion, "\(dataset.classes.count)",
      Numbers.count(model.fusionParameters), Numbers.count(model.fusionMultiplyAdds),
    ])
    table.add(["all", "", "", Numbers.count(parameters), Numbers.count(multiplyAdds)])
    return table
  }

  private var groupTable: TextTable {
    var table = TextTable(
      ["parameter group", "of", "names", "tensors", "parameters"], [.left, .left, .left])
    for group in groups {
      let prefix = group.isModality ? "encoders.\(group.name).…" : "\(group.name).…"
      table.add([
        group.name, group.isModality ? "modality" : "all modalities", prefix,
        "\(group.tensors.count)", Numbers.count(group.parameters),
      ])
    }
    return table
  }

  private var methodTable: TextTable? {
    guard let methodResources else { return nil }
    var table = TextTable(["method \(method)", ""])
    table.add(["parameters of its own", Numbers.count(methodResources.parameters)])
    table.add([
      "multiply-adds of a step, each sample",
      Numbers.count(methodResources.multiplyAddsPerSample),
    ])
    table.add(["the same in joint training", Numbers.count(3 * multiplyAdds)])
    return table
  }

  private var parameterTable: TextTable {
    var table = TextTable(["parameter", "shape"], [.left, .left])
    for tensor in groups.flatMap(\.tensors) {
      table.add([tensor.name, Numbers.shape(tensor.shape)])
    }
    return table
  }
}

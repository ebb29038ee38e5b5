// SPDX-License-Identifier: Apache-2.0
public import EquipoiseKit
internal import EquipoiseMetrics
internal import EquipoiseModels
import EquipoiseFormats
public import EquipoiseTorch

extension AIM: ResourceStating, EpochMeasuring, DepthReporting {
  /// Memory of decoupling and prototypes, and the multiply-adds of a modulated step.
  ///
  /// Of a forward pass F of one sample, K prototypes in all: task 3F · riding prototypes 3F·K/B · auxiliary blocks 3F, or
  /// 2F with detached inputs · good blocks 2F, as their inputs need no gradient · P_0's step 2F·K/B, as
  /// the weights need none · decoupling: 3 products of the forward pass, 2 of Eq. 13 and 5 of Eq. 8,
  /// each of O·n·ℓ for a tensor of O rows.
  public var resources: MethodResources {
    let summary = setting.summary
    let share = Double(groups.count) / Double(setting.batchSize)
    let forward = Double(summary.multiplyAdds)
    var total = 3 * forward
    if configuration.judge == .prototypes {
      total += 2 * forward * share / Double(configuration.prototypes.interval)
      if configuration.prototypes.targets == .live { total += 3 * forward * share }
    }
    if configuration.parameterModulation {
      let depths = setting.model.encoders.modules[0].depth
      let modulated = Double(min(configuration.depthsPerStep ?? depths, depths)) / Double(depths)
      let trained = 1 / Double(configuration.decoupling.interval)
      let auxiliary: Double = configuration.auxiliaryInput == .live ? 3 : 2
      total += modulated * forward * (auxiliary + 2 * trained)
      let products = 2 + 2 + trained * (1 + 5)
      total += modulated * products * Double(decouplingProduct) / Double(setting.batchSize)
    }
    return MethodResources(
      parameters: decouplingParameters + prototypeParameters, memory: memory,
      multiplyAddsPerSample: Int(saturating: total))
  }

  /// Everything is held thrice, itself and Adam's two averages; gradients of one block at a time.
  var memory: Int {
    let bytes = setting.model.fusion.parameters[0].leaf.dtype.byteCount
    let largest = layouts.map { $0.reduce(0) { $0 + $1.parameters } }.max() ?? 0
    return bytes * (3 * (decouplingParameters + prototypeParameters) + largest)
  }

  private var decouplingParameters: Int {
    layouts.joined().reduce(0) { $0 + $1.parameters }
  }

  private var decouplingProduct: Int {
    layouts.joined().reduce(0) { $0 + $1.rows * $1.length * $1.width }
  }

  /// The row layout of every tensor, by block.
  private var layouts: [[RowLayout]] {
    guard configuration.parameterModulation else { return [] }
    return setting.model.encoders.modules.flatMap(\.blocks).map { block in
      block.parameters.map { RowLayout($0.leaf.shape, settings: configuration.decoupling) }
    }
  }

  /// How the blocks' scores and the masks are spread over the depths.
  public var histograms: [String] { ["score", "mask"] }

  private var prototypeParameters: Int {
    guard configuration.judge == .prototypes else { return 0 }
    let model = setting.model
    return model.encoders.entries.reduce(0) { sum, entry in
      let shape = entry.module.continuousShape(model.inputShapes[entry.name] ?? [])
      return sum + groups.count * shape.reduce(1, *)
    }
  }

  /// Eq. 16 for every modality and depth: `orthogonality`, [K, K] of all prototypes in order; of many
  /// neighbours are averaged, for a file of every epoch must not grow with their square. Of several groups
  /// `groupScores`, too: for each modality the epoch's s by depth and group, [D, G].
  public func measure(with engine: any StepEngine) -> [(name: MetricName, tensor: Tensor)] {
    guard let parts else { return [] }
    let scores = parts.groupScores?.means ?? []
    guard parts.prototypes != nil else { return scores }
    let passed = parts.pass(engine.model, with: engine)
    return scores
      + zip(engine.model.modalities, passed).flatMap { name, trace in
        trace.outputs.indices.map { depth in
          (
            MetricName.measurement("orthogonality", modality: name, depth: depth + 1),
            AIMEquations.orthogonality(
              trace.flattenedOutput(depth).inFullPrecision(), atMost: ConfusionMatrix.denseLimit)
          )
        }
      }
  }
}

extension AIM: NoticeGiving {
  /// Targets of so few bins that their prototypes tell little apart.
  public var notices: [String] { groups.notices }
}

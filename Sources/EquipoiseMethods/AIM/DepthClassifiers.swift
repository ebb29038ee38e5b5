// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseModels
import EquipoiseTorch

/// AIM-label: a linear classifier for each depth and modality in place of the prototypes, on the
/// pooled output of the block; of a regression it names numbers. They learn from detached outputs, so that they judge the network and
/// do not pull at it.
final class DepthClassifiers {
  private let encoders: [any ModalityEncoder]
  private let heads: [[(weight: Parameter, bias: Parameter)]]
  private let optimizer: Adam

  /// Classifiers that start at 0, where every class is equally likely.
  ///
  /// - Parameters:
  ///   - model: whose blocks are judged.
  ///   - widths: of the pooled outputs, by modality and depth.
  ///   - learningRate: Adam's.
  init(_ model: MultimodalModel, widths: [[Int]], learningRate: Double) {
    encoders = model.encoders.modules
    let sample = model.fusion.parameters[0].leaf
    heads = widths.map { widths in
      widths.map { width in
        (
          Parameter(.zeros([model.classes, width], dtype: sample.dtype, device: sample.device)),
          Parameter(.zeros([model.classes], dtype: sample.dtype, device: sample.device))
        )
      }
    }
    let named = zip(model.modalities, heads).flatMap { name, heads in
      heads.enumerated().flatMap { depth, head in
        [
          (name: "classifier.\(name).\(depth).weight", parameter: head.weight),
          (name: "classifier.\(name).\(depth).bias", parameter: head.bias),
        ]
      }
    }
    optimizer = Adam(named, learningRate: learningRate)
  }

  /// The judge of one block.
  func judge(
    _ modality: Int, _ depth: Int, samples: Int, steps: StepLayout?
  ) -> any BlockJudge {
    let head = heads[modality][depth]
    return ClassifierJudge(
      encoder: encoders[modality], samples: samples, steps: steps,
      weight: head.weight.leaf.detached(),
      bias: head.bias.leaf.detached())
  }

  /// One step of Adam on the sum of all classifiers' losses: of classes cross-entropy.
  ///
  /// - Parameters:
  ///   - outputs: of the blocks, by modality and depth.
  ///   - modalities: which samples have each modality.
  ///   - steps: where the valid steps are, by modality, before and after each depth.
  ///   - measures: what their answers make of the classifiers' outputs.
  ///   - engine: for the other workers' part of the gradients.
  /// - Returns: the loss.
  /// - Throws: when another worker has gone.
  func train(
    _ outputs: [[Tensor]], of modalities: StepModalities, steps: [[StepLayout?]],
    by measures: [any BlockMeasure], with engine: any StepEngine
  ) throws -> Tensor {
    let losses = outputs.enumerated().flatMap { modality, outputs in
      outputs.enumerated().map { depth, output in
        let head = heads[modality][depth]
        let pooled = encoders[modality].pool(
          output.detached().inFullPrecision(), samples: modalities.ownCount(modality),
          steps[modality][depth + 1])
        return measures[modality].lesson(
          modalities.gathered(
            pooled.linear(weight: head.weight.leaf, bias: head.bias.leaf), modality))
      }
    }
    let loss = Tensor.stacked(losses).sum()
    let leaves = optimizer.parameters.map(\.parameter.leaf)
    optimizer.step(
      gradients: try engine.reduced(gradients(of: [loss], withRespectTo: leaves)))
    return loss.detached()
  }

  /// Everything that training changes.
  var state: [NamedTensor] {
    optimizer.parameters.map { ($0.name, $0.parameter.leaf) }
      + optimizer.state.map { ("classifierOptimizer.\($0.name)", $0.tensor) }
  }

  /// Continues from a saved state.
  func restore(_ saved: SavedState) throws {
    for (name, parameter) in optimizer.parameters {
      parameter.assign(try saved.tensor(name, shape: parameter.leaf.shape))
    }
    try optimizer.restore(saved.section("classifierOptimizer"))
  }
}

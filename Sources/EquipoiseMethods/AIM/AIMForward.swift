// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseData
internal import EquipoiseKit
internal import EquipoiseModels
import EquipoiseTorch

/// What AIM needs of a step's forward pass: the fused logits, and every block's input, output and
/// judge. Indices are modality, then depth.
struct AIMForward {
  /// Fused logits of the batch, [B, K].
  let logits: Tensor
  /// Pooled features of the batch, [B, width].
  let features: [Tensor]
  /// I_d: the rows of the batch.
  let inputs: [[Tensor]]
  /// f_d: the rows of the batch.
  let outputs: [[Tensor]]
  /// What each block is judged by.
  let judges: [[any BlockJudge]]
  /// What the batch's answers make of the judges' numbers.
  let measure: any BlockMeasure
}

/// The rows of a batch and of the prototypes that accompany it, apart.
private struct AccompaniedTrace {
  var inputs: [Tensor] = []
  var outputs: [Tensor] = []
  /// P_d: the prototypes' rows of each output.
  var prototypes: [Tensor] = []
  let features: Tensor

  /// Runs the blocks on the batch and the prototypes together: one normalisation for both.
  ///
  /// One operation for each depth splits the rows, whose backward pass joins them again.
  init(
    _ encoder: any ModalityEncoder, _ blocks: [EncoderBlock], input: Tensor, prototypes: Tensor,
    _ mode: ForwardMode
  ) {
    let (samples, classes) = (input.size(0), prototypes.size(0))
    var x = encoder.prepare(
      Tensor.concatenated([input, prototypes.detached()], dimension: 0))
    let perSample = x.size(0) / (samples + classes)
    let rows = [samples * perSample, classes * perSample]
    var own = x.slice(0..<rows[0])
    for block in blocks {
      inputs.append(own)
      x = block(x, mode)
      let parts = x.split(rows, dimension: 0)
      own = parts[0]
      outputs.append(parts[0])
      self.prototypes.append(parts[1])
    }
    features = encoder.pool(own, samples: samples)
  }
}

extension AIM {
  /// Forward passes for one step.
  ///
  /// - Parameters:
  ///   - context: the step.
  ///   - engine: for the plain pass and the run's precision.
  ///   - parts: prototypes or classifiers.
  /// - Returns: what the step works with. Where λ is 0 the network's own pass is that of joint
  ///   training, and what is judged has no history.
  /// - Throws: what the engine's forward pass throws.
  func forward(
    _ context: StepContext, with engine: any StepEngine, _ parts: AIMParts
  ) throws -> AIMForward {
    let isAccompanied =
      configuration.judge == .prototypes && configuration.prototypes.targets == .live
      && context.globalStep.isMultiple(of: configuration.prototypes.passInterval)
    guard isAccompanied else { return try plainForward(context, engine, parts) }
    guard configuration.lambda == 0 else {
      return accompaniedForward(context, engine, parts, context.mode)
    }
    let own = try engine.forward(context)
    let watched = withoutGradient {
      accompaniedForward(context, engine, parts, .auxiliary(dropout: parts.dropout))
    }
    return AIMForward(
      logits: own.logits, features: own.features, inputs: watched.inputs,
      outputs: watched.outputs, judges: watched.judges, measure: watched.measure)
  }

  /// The batch and the prototypes in one pass.
  private func accompaniedForward(
    _ context: StepContext, _ engine: any StepEngine, _ parts: AIMParts, _ mode: ForwardMode
  ) -> AIMForward {
    let model = engine.model
    let classes = StepClasses(
      context, all: groups.count, wanted: configuration.prototypes.classesPerStep, seed: seed)
    let prototypes = parts.prototypes?.inputs.map { classes.rows(of: $0.leaf) } ?? []
    return engine.inRunPrecision {
      let traces = model.encoders.modules.enumerated().map { index, encoder in
        AccompaniedTrace(
          encoder, parts.blocks[index], input: context.batch.inputs[index],
          prototypes: prototypes[index], mode)
      }
      parts.keepPassed(traces.map(\.prototypes))
      let features = traces.map(\.features)
      return AIMForward(
        logits: model.fusion.logits(features), features: features, inputs: traces.map(\.inputs),
        outputs: traces.map(\.outputs),
        judges: judges(of: traces.map(\.prototypes), classes.count, context, model),
        measure: classes.labels.map { ClassMeasure(labels: $0) }
          ?? groups.measure(of: context.batch.labels))
    }
  }

  /// The batch alone; its judges are constants.
  private func plainForward(
    _ context: StepContext, _ engine: any StepEngine, _ parts: AIMParts
  ) throws -> AIMForward {
    let forward = try engine.forward(context)
    return AIMForward(
      logits: forward.logits, features: forward.features,
      inputs: forward.traces.map(\.inputs), outputs: forward.traces.map(\.outputs),
      judges: constantJudges(context, engine, parts),
      measure: parts.classifiers == nil
        ? groups.measure(of: context.batch.labels)
        : groups.classifierMeasure(of: context.batch.labels))
  }

  private func constantJudges(
    _ context: StepContext, _ engine: any StepEngine, _ parts: AIMParts
  ) -> [[any BlockJudge]] {
    if let classifiers = parts.classifiers {
      return parts.blocks.enumerated().map { modality, blocks in
        blocks.indices.map { classifiers.judge(modality, $0, samples: context.batch.count) }
      }
    }
    let model = engine.model
    let passed =
      configuration.prototypes.targets == .frozen
      ? parts.pass(model, with: engine) : parts.passed
    return judges(of: passed, groups.count, context, model)
  }

  private func judges(
    of prototypes: [[Tensor]], _ classes: Int, _ context: StepContext, _ model: MultimodalModel
  ) -> [[any BlockJudge]] {
    zip(model.encoders.modules, prototypes).map { encoder, outputs in
      let space = ComparisonSpace(
        configuration.prototypes, encoder: encoder, samples: context.batch.count)
      return outputs.map { PrototypeJudge(output: $0, classes: classes, space: space) }
    }
  }
}

/// The classes whose prototypes take part in a step (decision D16).
private struct StepClasses {
  /// The labels of the batch among these classes, [B]; nil where all take part.
  let labels: Tensor?
  let count: Int
  /// Which classes they are; nil for all.
  private let indices: Tensor?

  /// All classes, or as many as wanted: those of the batch, and others drawn for this step. A subset
  /// reads the labels on the host.
  init(_ context: StepContext, all: Int, wanted: Int?, seed: UInt64) {
    guard let wanted, wanted < all else {
      (labels, count, indices) = (nil, all, nil)
      return
    }
    let given = context.batch.labels.array(of: Int.self)
    var stream = RandomStream(seed: seed, "aim classes", "\(context.globalStep)")
    let own = Set(given)
    let others = stream.permutation(of: all).filter { !own.contains($0) }
    let chosen = (own + others.prefix(max(0, wanted - own.count))).sorted()
    let position = Dictionary(uniqueKeysWithValues: chosen.enumerated().map { ($1, $0) })
    let device = context.batch.labels.device
    labels = Tensor(given.map { position[$0] ?? 0 }).to(device)
    indices = Tensor(chosen).to(device)
    count = chosen.count
  }

  /// The rows of these classes of [K, …].
  func rows(of tensor: Tensor) -> Tensor {
    indices.map { tensor.detached().gatheringRows($0) } ?? tensor
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseData
internal import EquipoiseKit
internal import EquipoiseModels
import EquipoiseTorch

/// What AIM needs of a step's forward pass: the fused logits, and every block's input, output and
/// judge. Indices are modality, then depth. Where several workers take the batch in parts blocks are of this worker's
/// rows, and what judges say of them is gathered.
struct AIMForward {
  /// Fused logits of the batch, [B, K].
  let logits: Tensor
  /// Pooled features of the batch, [B, width].
  let features: [Tensor]
  /// I_d: the rows of the samples that have the modality; of a modality that none has there is no depth.
  let inputs: [[Tensor]]
  /// f_d: likewise.
  let outputs: [[Tensor]]
  /// Where the valid steps of each block's input and of the last one's output are, in the rows of the batch; nil where
  /// all are valid.
  let steps: [[StepLayout?]]
  /// What each block is judged by.
  let judges: [[any BlockJudge]]
  /// What the answers make of the judges' numbers, by modality.
  let measures: [any BlockMeasure]
  /// Which modalities are modulated.
  let modalities: StepModalities
}

/// The rows of a batch and of the prototypes that accompany it, apart.
private struct AccompaniedTrace {
  var inputs: [Tensor] = []
  var outputs: [Tensor] = []
  /// P_d: the prototypes' rows of each output.
  var prototypes: [Tensor] = []
  let features: Tensor
  /// Where the batch's valid steps are, before and after each block, and the prototypes'.
  let steps: [StepLayout?]
  let prototypeSteps: [StepLayout?]

  /// Runs the blocks on the batch and the prototypes together: one normalisation for both.
  ///
  /// One operation for each depth splits the rows, whose backward pass joins them again.
  init(
    _ encoder: any ModalityEncoder, _ blocks: [EncoderBlock], batch: RaggedBatch,
    prototypes: RaggedBatch, _ mode: ForwardMode
  ) {
    let (samples, classes) = (batch.count, prototypes.count)
    let joint = Self.joined(encoder.continuous(batch), prototypes)
    let prepared = encoder.prepared(joint)
    let layouts = prepared.steps
    var x = prepared.input
    let perSample = x.size(0) / (samples + classes)
    let rows = layouts[0]?.rows(samples, of: x) ?? [samples * perSample, classes * perSample]
    var mode = mode
    mode.accompanying = rows[1]
    var own = x.slice(0..<rows[0])
    for (depth, block) in blocks.enumerated() {
      inputs.append(own)
      x = block(x, mode, layouts[depth])
      let parts = x.split(rows, dimension: 0)
      own = parts[0]
      outputs.append(parts[0])
      self.prototypes.append(parts[1])
    }
    let lengths = joint.lengths
    steps = lengths.map { encoder.layouts($0.slice(0..<samples)) } ?? layouts
    prototypeSteps =
      lengths.map { encoder.layouts($0.slice(samples..<samples + classes)) } ?? layouts
    features = encoder.pool(own, samples: samples, steps[blocks.count])
  }

  /// The rows of a batch and then the prototypes', all as long as the longest.
  private static func joined(_ batch: RaggedBatch, _ prototypes: RaggedBatch) -> RaggedBatch {
    guard batch.lengths != nil || prototypes.lengths != nil else {
      return RaggedBatch(.concatenated([batch.tensor, prototypes.tensor], dimension: 0))
    }
    let steps = max(batch.tensor.size(1), prototypes.tensor.size(1))
    return RaggedBatch(
      .concatenated(
        [batch.padded(to: steps).tensor, prototypes.padded(to: steps).tensor], dimension: 0),
      lengths: lengths(batch).appending(lengths(prototypes)))
  }

  private static func lengths(_ batch: RaggedBatch) -> StepLengths {
    batch.lengths
      ?? StepLengths(
        [Int](repeating: batch.tensor.size(1), count: batch.count), device: batch.tensor.device)
  }

  /// Nothing ran: no sample of the batch has the modality.
  init(noneOf width: Int, like input: Tensor) {
    features = .zeros([0, width], dtype: input.dtype.ofFeatures, device: input.device)
    (steps, prototypeSteps) = ([], [])
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
      outputs: watched.outputs, steps: watched.steps, judges: watched.judges,
      measures: watched.measures, modalities: watched.modalities)
  }

  /// The batch and the prototypes in one pass.
  private func accompaniedForward(
    _ context: StepContext, _ engine: any StepEngine, _ parts: AIMParts, _ mode: ForwardMode
  ) -> AIMForward {
    let model = engine.model
    let classes = StepClasses(
      context, all: groups.count, wanted: configuration.prototypes.classesPerStep, seed: seed)
    let chosen = parts.prototypes?.batches(history: false).map(classes.rows) ?? []
    let (prototypes, known) = (chosen.map(\.present), chosen.map(\.presence))
    let batches = context.batch.ragged
    let modalities = StepModalities(context.batch, configuration.missing)
    return engine.inRunPrecision {
      let traces = model.encoders.modules.enumerated().map { index, encoder in
        modalities.presence(index).hasRows
          ? AccompaniedTrace(
            encoder, parts.blocks[index], batch: batches[index].present,
            prototypes: prototypes[index], mode)
          : AccompaniedTrace(noneOf: encoder.featureWidth, like: batches[index].tensor)
      }
      parts.keepPassed(traces.map(\.prototypes))
      let features = traces.enumerated().map { index, trace in
        batches[index].share.gathered(
          model.filled(trace.features, index, batches[index].presence))
      }
      return AIMForward(
        logits: model.fusion.logits(features), features: features, inputs: traces.map(\.inputs),
        outputs: traces.map(\.outputs), steps: traces.map(\.steps),
        judges: judges(
          of: traces.map(\.prototypes), classes.count, known, modalities, model,
          traces.map(\.steps), traces.map(\.prototypeSteps)),
        measures: modalities.measures(
          classes.labels ?? context.batch.labels, known: known
        ) { answers, known in
          classes.labels == nil
            ? groups.measure(of: answers, known: known) : ClassMeasure(labels: answers)
        }, modalities: modalities)
    }
  }

  /// The batch alone; its judges are constants.
  private func plainForward(
    _ context: StepContext, _ engine: any StepEngine, _ parts: AIMParts
  ) throws -> AIMForward {
    let forward = try engine.forward(context)
    let modalities = StepModalities(context.batch, configuration.missing)
    let steps = steps(of: forward, context, modalities, engine.model)
    let known = engine.model.modalities.indices.map { index in
      parts.prototypes.flatMap { $0.known(index) }
    }
    return AIMForward(
      logits: forward.logits, features: forward.features,
      inputs: forward.traces.map(\.inputs), outputs: forward.traces.map(\.outputs),
      steps: steps, judges: constantJudges(known, modalities, engine, parts, steps),
      measures: modalities.measures(context.batch.labels, known: known) { answers, known in
        parts.classifiers == nil
          ? groups.measure(of: answers, known: known) : groups.classifierMeasure(of: answers)
      }, modalities: modalities)
  }

  /// Where the batch's valid steps are: of modalities whose samples differ in length in batches of equal ones, too.
  private func steps(
    of forward: Forward, _ context: StepContext, _ modalities: StepModalities,
    _ model: MultimodalModel
  ) -> [[StepLayout?]] {
    model.encoders.entries.enumerated().map { index, entry in
      let input = context.batch.inputs[index]
      guard setting.modalitiesOfSeveralLengths.contains(entry.name),
        context.batch.lengths[index] == nil, modalities.presence(index).hasRows
      else { return forward.traces[index].steps }
      return entry.module.layouts(
        StepLengths(
          [Int](repeating: input.size(1), count: modalities.ownCount(index)), device: input.device))
    }
  }

  private func constantJudges(
    _ known: [RowPresence?], _ modalities: StepModalities, _ engine: any StepEngine,
    _ parts: AIMParts, _ steps: [[StepLayout?]]
  ) -> [[any BlockJudge]] {
    if let classifiers = parts.classifiers {
      return parts.blocks.enumerated().map { modality, blocks in
        guard modalities.presence(modality).hasRows else { return [] }
        return blocks.indices.map {
          classifiers.judge(
            modality, $0, samples: modalities.ownCount(modality), steps: steps[modality][$0 + 1])
        }
      }
    }
    let model = engine.model
    let passed =
      configuration.prototypes.targets == .frozen
      ? parts.pass(model, with: engine).map(\.outputs) : parts.passed
    let prototypeSteps = model.encoders.modules.enumerated().map { index, encoder in
      parts.prototypes?.knownLengths(index).map { encoder.layouts($0) }
        ?? [StepLayout?](repeating: nil, count: encoder.depth + 1)
    }
    return judges(of: passed, groups.count, known, modalities, model, steps, prototypeSteps)
  }

  private func judges(
    of prototypes: [[Tensor]], _ classes: Int, _ known: [RowPresence?],
    _ modalities: StepModalities, _ model: MultimodalModel, _ steps: [[StepLayout?]],
    _ prototypeSteps: [[StepLayout?]]
  ) -> [[any BlockJudge]] {
    model.encoders.entries.enumerated().map { index, entry in
      // Of a modality that no sample of the batch has there is nothing to judge.
      guard modalities.presence(index).hasRows else { return [] }
      let known = known[index]
      return prototypes[index].enumerated().map { depth, output in
        let space = ComparisonSpace(
          configuration.prototypes, encoder: entry.module, samples: modalities.ownCount(index),
          sequences: setting.modalitiesOfSeveralLengths.contains(entry.name)
            ? configuration.prototypes.sequences : .flat,
          steps: steps[index][depth + 1], prototypeSteps: prototypeSteps[index][depth + 1])
        return PrototypeJudge(
          output: output, classes: known.count(of: classes), space: space, known: known)
      }
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
  /// The same on the host; empty for all.
  private let chosen: [Int]

  /// All classes, or as many as wanted: those of the batch, and others drawn for this step. A subset
  /// reads the labels on the host.
  init(_ context: StepContext, all: Int, wanted: Int?, seed: UInt64) {
    guard let wanted, wanted < all else {
      (labels, count, indices, chosen) = (nil, all, nil, [])
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
    (count, self.chosen) = (chosen.count, chosen)
  }

  /// The rows of these classes of [K, …], with which of them are there.
  func rows(_ batch: RaggedBatch) -> RaggedBatch {
    guard let indices else { return batch }
    let presence = batch.presence.map { presence in
      let known = Set(presence.rows)
      return RowPresence(chosen.map(known.contains), device: batch.tensor.device)
    }
    return RaggedBatch(
      batch.tensor.gatheringRows(indices),
      lengths: batch.lengths.map { $0.rows(chosen, at: indices) }, presence: presence)
  }
}

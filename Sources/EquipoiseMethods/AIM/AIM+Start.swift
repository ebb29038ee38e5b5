// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseData
internal import EquipoiseKit
internal import EquipoiseModels
import Foundation
import EquipoiseTorch

/// What is checked before a run starts, and what is made before its first epoch.
extension AIM {
  // MARK: Checks

  func checkModel() throws {
    let model = setting.model
    guard model.modalities.count > 1 else {
      throw EquipoiseError(
        .configuration, "AIM balances modalities, and this model has only '\(model.modalities[0])'",
        at: "modalities", fix: "use two or more, or \(.setting("method.name=unimodal"))")
    }
    let isClassification = setting.objective.task == .classification
    guard setting.classes > 1 || !isClassification else {
      throw EquipoiseError(
        .data, "AIM compares the prototypes of classes, and the dataset has one class",
        fix: "use data with two classes or more")
    }
    if isClassification, let empty = setting.samplesPerClass.firstIndex(of: 0) {
      throw EquipoiseError(
        .data, "class \(empty) has no training samples, so that there is no mean for its prototype",
        fix: "add samples of it or prepare the dataset without it")
    }
    try setting.requireSeparateEncoders("AIM runs and judges the blocks of each encoder alone")
    try checkDepths(model)
  }

  private func checkDepths(_ model: MultimodalModel) throws {
    let depths = model.encoders.entries.map { (name: $0.name, depth: $0.module.depth) }
    guard let other = depths.first(where: { $0.depth != depths[0].depth }) else { return }
    throw EquipoiseError(
      .configuration,
      "AIM compares modalities depth by depth, but encoder '\(depths[0].name)' has "
        + "\(depths[0].depth) depths and '\(other.name)' has \(other.depth)",
      at: "model.encoders", fix: "give all encoders equally many blocks, such as depth: 4")
  }

  /// What the prototypes of the run's task stand for.
  static func groups(
    _ configuration: AIMConfiguration, _ setting: MethodSetting
  ) throws -> any PrototypeGroups {
    switch setting.objective.task {
    case .classification: ClassGroup(setting.classes, device: setting.device)
    case .regression: try TargetGroups(configuration.regression, setting)
    case .multilabel: try LabelGroups(configuration.multilabel, setting)
    }
  }

  /// Settings of another task than the dataset's are a mistake.
  func checkTask() throws {
    let task = setting.objective.task
    let misplaced: (key: String, what: String)? =
      if task != .regression, configuration.regression != RegressionConfiguration() {
        ("regression", "these settings are for a regression")
      } else if task != .multilabel, configuration.multilabel != MultilabelConfiguration() {
        ("multilabel", "these settings are for several labels")
      } else if task != .classification, configuration.prototypes.classesPerStep != nil {
        ("prototypes.classesPerStep", "prototypes of some classes are for a classification")
      } else {
        nil
      }
    guard let misplaced else { return }
    throw EquipoiseError(
      .configuration, "\(misplaced.what), and the dataset's task is \(task.rawValue)",
      at: "method.\(misplaced.key)", fix: "leave it out")
  }

  func checkSettings() throws {
    let prototypes = configuration.prototypes
    let problem: (key: String, what: String, fix: String)? =
      if configuration.startEpoch >= setting.epochs {
        (
          "startEpoch",
          "modulation starts at epoch \(configuration.startEpoch) "
            + "(counting from 0), but training ends after \(setting.epochs)",
          "choose an epoch below \(setting.epochs), or lambda=0 to only measure"
        )
      } else if !configuration.originalBlocks, !configuration.parameterModulation {
        (
          "originalBlocks", "without original and without auxiliary blocks nothing is modulated",
          "leave one of originalBlocks and parameterModulation on"
        )
      } else if prototypes.sequences == .flat,
        let name = setting.modalitiesOfSeveralLengths.sorted().first
      {
        (
          "prototypes.sequences",
          "samples of '\(name)' have different lengths: a distance between outputs with padding "
            + "measures it", "choose pooled or aligned"
        )
      } else if prototypes.sequences == .aligned, prototypes.distance == .spatialMean {
        (
          "prototypes.sequences", "means over positions cannot be compared position by position",
          "use either aligned or distance=spatialMean"
        )
      } else if prototypes.passInterval > 1, prototypes.classesPerStep != nil {
        (
          "prototypes.passInterval", "prototypes of some classes cannot serve the next steps",
          "use either passInterval or classesPerStep"
        )
      } else {
        nil
      }
    guard let problem else { return }
    throw EquipoiseError(
      .configuration, problem.what, at: "method.\(problem.key)", fix: problem.fix)
  }

  func checkMemory() throws {
    let bytes = memory
    let available = DeviceMemory.total(of: setting.device)
    guard bytes > available else { return }
    let holder = setting.device.kind == .cpu ? "this machine" : "\(setting.device)"
    throw EquipoiseError(
      .configuration,
      "the decoupling of AIM needs \(bytes) bytes, and \(holder) has \(available)",
      at: "method.decoupling.granularity",
      fix: configuration.decoupling.granularity == .layer
        ? "use granularity=row" : "lower method.decoupling.latentWidth")
  }

  // MARK: Making

  /// Everything at its start: a pass over the training data for the groups' means, and the singular
  /// vectors of every weight.
  func begin(with engine: any StepEngine) throws -> AIMParts {
    let generator = Generator(seed: RandomStreams.seed(seed, "aim start"))
    var prototypes: DepthAdaptivePrototypes?
    if configuration.judge == .prototypes {
      let (means, lengths, known) = try means(engine)
      prototypes = makePrototypes(
        means: means,
        starts: DepthAdaptivePrototypes.start(
          means, lengths: lengths, settings: configuration.prototypes, from: generator),
        lengths: lengths, present: known)
    }
    return makeParts(prototypes, from: generator)
  }

  /// The parts in the right shapes, for a checkpoint to fill.
  func partsToRestore() -> AIMParts {
    makeParts(
      configuration.judge == .prototypes
        ? makePrototypes(
          means: zeroInputs(), starts: zeroInputs(),
          lengths: setting.model.modalities.map { _ in nil }) : nil,
      from: nil)
  }

  /// Memory for one input of each prototype and modality.
  private func zeroInputs() -> [Tensor] {
    zip(setting.model.modalities, setting.model.encoders.modules).map { name, encoder in
      let leaf = encoder.parameters[0].leaf
      let shape =
        [groups.count] + encoder.continuousShape(setting.model.inputShapes[name] ?? [])
      return .zeros(shape, dtype: leaf.dtype, device: leaf.device)
    }
  }

  private func makePrototypes(
    means: [Tensor], starts: [Tensor], lengths: [[Int]?], present: [RowPresence?] = []
  ) -> DepthAdaptivePrototypes {
    DepthAdaptivePrototypes(
      means: means, starts: starts, lengths: lengths, modalities: setting.model.modalities,
      settings: configuration.prototypes, groups: groups, objective: setting.objective,
      present: present)
  }

  private func makeParts(
    _ prototypes: DepthAdaptivePrototypes?, from generator: Generator?
  ) -> AIMParts {
    let model = setting.model
    let decouplings =
      configuration.parameterModulation
      ? model.encoders.entries.map { name, encoder in
        encoder.blocks.map { block in
          BlockDecoupling(
            block.namedParameters, of: name, settings: configuration.decoupling, from: generator)
        }
      } : []
    let classifiers =
      configuration.judge == .classifiers
      ? DepthClassifiers(
        model, widths: pooledWidths(model), learningRate: configuration.prototypes.learningRate)
      : nil
    return AIMParts(
      model: model, prototypes: prototypes, classifiers: classifiers, decouplings: decouplings,
      dropout: Generator(seed: RandomStreams.seed(seed, "aim dropout"), device: setting.device),
      keepsPassed: configuration.prototypes.passInterval > 1,
      groupScores: groups.groups > 1 ? GroupScores(model, groups: groups.groups) : nil)
  }

  /// X̄ of Eq. 4, summed batch by batch on the host in double precision, which not every device has:
  /// [ΣK, sample shape] for each modality, with the prototypes' lengths where samples have some. Of a text, whose ids
  /// have no mean, they are means of the vectors that its encoder has for the tokens at the start.
  ///
  /// Where samples lack modalities the means are over the rows that have them, and a prototype of a modality that no
  /// row stands behind is not among those known, which are nil where all are.
  private func means(
    _ engine: any StepEngine
  ) throws -> (means: [Tensor], lengths: [[Int]?], known: [RowPresence?]) {
    let model = setting.model
    var sums = model.modalities.map {
      PrototypeMeans(
        prototypes: groups.count, steps: model.inputShapes[$0]?.first ?? 1,
        severalLengths: setting.modalitiesOfSeveralLengths.contains($0))
    }
    try withoutGradient {
      try engine.forEachTrainingBatch { batch in
        let labels = batch.labels.to(.cpu)
        for (index, own) in batch.ragged.enumerated() where own.presence.hasRows {
          let presence = own.presence.map { RowPresence(rows: $0.rows, of: $0.count) }
          sums[index].add(
            model.encoders.modules[index].continuous(own.present),
            of: groups.rows(of: presence.rows(of: labels)))
        }
      }
    }
    let found = sums.map(\.result)
    let known = sums.map { sum -> RowPresence? in
      let rows = sum.known
      // Of complete data a prototype without rows is refused before.
      return rows.count == groups.count || !setting.lacksModalities
        ? nil : RowPresence(rows: rows, of: groups.count, device: setting.device)
    }
    return (
      zip(found, model.encoders.modules).map { result, encoder in
        result.means.to(setting.device, dtype: encoder.parameters[0].leaf.dtype)
      }, found.map(\.lengths), known.contains { $0 != nil } ? known : []
    )
  }

  private func pooledWidths(_ model: MultimodalModel) -> [[Int]] {
    withoutGradient {
      model.encoders.entries.map { name, encoder in
        let leaf = encoder.parameters[0].leaf
        let shape = [1] + (model.inputShapes[name] ?? [])
        let zeros = Tensor.zeros(shape, dtype: leaf.dtype, device: leaf.device)
        return encoder.trace(zeros, .evaluation).outputs.map {
          encoder.pool($0, samples: 1).size(1)
        }
      }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
import EquipoiseModels
import EquipoiseTestSupport
import EquipoiseTorch
import Testing

@testable import EquipoiseData
@testable import EquipoiseKit
@testable import EquipoiseMethods

struct PMRTests {
  private static func configuration(
    _ change: (inout PMR.Configuration) -> Void = { _ in }
  ) -> PMR.Configuration {
    var configuration = PMR.Configuration()
    change(&configuration)
    return configuration
  }

  private static func matrix(_ values: [Double]) -> Tensor { Tensor(values, shape: [2, 2]) }

  /// Distances, and all that follows from them.
  @Test func byHand() {
    let labels = Tensor([0, 1])
    let distances = [
      PMR.distances(Self.matrix([0.5, 0, 2, 1]), to: Self.matrix([0, 0, 2, 0])),
      PMR.distances(Self.matrix([0, 0.5, 0.3, 0.6]), to: Self.matrix([0, 0, 0, 1])),
    ]
    expectNumbers(distances[0], [0.5, 1.5, 2.236068, 1])
    expectNumbers(distances[1], [0.5, 0.5, 0.670820, 0.5])
    let logits = distances.map { -$0 }
    let scores = ModalityScores.scores(logits, labels: labels)
    expectNumbers(scores, [1.505937, 1.042602])
    expectNumbers(PMR.lags(scores), [0, 0.444404])
    expectNumbers(PMR.leads(scores), [0.444404, 0])
    let pulls = Tensor.stacked(logits.map { $0.crossEntropy(labels) })
    expectNumbers(pulls, [0.284155, 0.652264])
    let entropies = Tensor.stacked(logits.map(PMR.entropy))
    expectNumbers(entropies, [0.557758, 0.691330])
    let extra =
      (PMR.lags(scores) * pulls).sum() - (PMR.leads(scores) * entropies).sum() * 0.01
    expectNumbers(extra, [0.287390])
  }

  @Test func swappingModalitiesSwapsCoefficients() {
    let (one, other) = (Tensor([3.0, 2, 1]), Tensor([1.0, 3, 2]))
    expectNumbers(PMR.lags(one), [0, 0.5, 1])
    expectNumbers(PMR.lags(other), [1, 0, 0.5])
    expectNumbers(PMR.leads(one), [1, 1, 0])
    expectNumbers(PMR.leads(other), [0, 1, 1])
  }

  @Test func equalModalitiesAddNothing() {
    expectNumbers(PMR.lags(Tensor([1.5, 1.5])), [0, 0])
    expectNumbers(PMR.leads(Tensor([1.5, 1.5])), [0, 0])
  }

  @Test func momentum() {
    func updated(_ known: Double, _ count: Double) -> Tensor {
      PMRPrototypes.updated(
        Tensor([1, 1.0], shape: [1, 2]), with: Tensor([4, 0.0], shape: [1, 2]),
        Tensor([count]), known: Tensor([known]), momentum: 0.2)
    }
    expectNumbers(updated(1, 2), [1.8, 0.2])
    expectNumbers(updated(0, 2), [2, 0])
    expectNumbers(updated(1, 0), [1, 1])
  }

  @Test func aPrototypeHasAFiniteGradient() {
    let feature = Tensor([1, 2.0], shape: [1, 2]).asLeaf()
    let distance = PMR.distances(feature, to: feature.detached())
    let found = gradients(of: [distance.sum()], withRespectTo: [feature])[0]
    expectNumbers(found, [0, 0])
  }

  @Test func threeSteps() throws {
    let steps = try MethodSteps("pmr")
    try steps.check(try PMR(Self.configuration { $0.entropyWeight = 0.5 }, for: steps.setting))
  }

  /// The released code's coefficients, three modalities, a head without parts.
  @Test func threeStepsOfFiLM() throws {
    let steps = try MethodSteps("pmr_film", fusion: .film, modalities: ["text", "view", "pose"])
    let configuration = Self.configuration {
      ($0.alpha, $0.entropyWeight, $0.hardCoefficients) = (1, 0, true)
    }
    try steps.check(try PMR(configuration, for: steps.setting))
  }

  /// − μ Σ γ H is in the loss of the first epochs and no longer; the rest stays to the window's end.
  @Test func theEntropyHasItsEpochsAndTheWindowItsOwn() throws {
    let steps = try MethodSteps("pmr")
    let method = try PMR(
      Self.configuration {
        ($0.entropyWeight, $0.entropyEpochs) = (0.5, 2)
        $0.window = EpochWindow(first: 1, last: 3)
      }, for: steps.setting)
    let engine = try steps.makeEngine()
    try method.beginEpoch(1, with: engine)
    let losses = try (0..<5).map { epoch in
      let context = try steps.context(0, epoch: epoch)
      return try method.loss(for: engine.forward(context), in: context).item()
    }
    let context = try steps.context(0, epoch: 3)
    _ = try method.loss(for: engine.forward(context), in: context)
    let values = Dictionary(
      uniqueKeysWithValues: method.telemetry.map { ($0.name.key, $0.value.item()) })
    let entropy = steps.model.modalities.reduce(0) {
      $0 + (values["lead.\($1)"] ?? 0) * (values["entropy.\($1)"] ?? 0)
    }
    #expect(entropy > 1e-3, "the case shows nothing")
    #expect(abs(losses[2] - losses[1] - 0.5 * entropy) < 1e-12)
    #expect(losses[3] == losses[2] && losses[4] == losses[0] && losses[0] != losses[2])
  }

  @Test func theHeadHasTheGradientOfTheCrossEntropy() throws {
    let steps = try MethodSteps("pmr")
    let method = try PMR(Self.configuration { $0.entropyWeight = 1 }, for: steps.setting)
    let (engine, context) = (try steps.makeEngine(), try steps.context(0))
    try method.beginEpoch(0, with: engine)
    let forward = try engine.forward(context)
    let ours = try engine.gradients(
      of: method.loss(for: forward, in: context), retainingGraph: true)
    let joint = try engine.gradients(of: forward.logits.crossEntropy(context.batch.labels))
    for (index, entry) in joint.entries.enumerated() where entry.name.hasPrefix("fusion.") {
      let (a, b) = (entry.gradient, ours.entries[index].gradient)
      #expect(isEqual(try #require(a), try #require(b)))
    }
    #expect(method.telemetry.count == 6)
  }

  /// Prototypes are class means of features with running statistics, which they leave alone.
  @Test func prototypesAreMadeInEvaluationMode() throws {
    let steps = try MethodSteps("ogm_ge", modalities: ["audio", "text"])
    let before = steps.model.state.map { $0.tensor.detached().cloned() }
    let method = try PMR(Self.configuration { $0.share = 1 }, for: steps.setting)
    try method.beginEpoch(0, with: steps.makeEngine())
    #expect(zip(before, steps.model.state).allSatisfy { isEqual($0, $1.tensor.detached()) })
    let batches = try (0..<3).map { try steps.context($0).batch }
    let rows = withoutGradient {
      batches.flatMap { steps.model.features($0.inputs, .evaluation)[0].unbound() }
    }
    let labels = batches.flatMap { $0.labels.array(of: Int.self) }
    let means = (0..<3).map { label in
      let own = zip(rows, labels).filter { $0.1 == label }.map(\.0)
      return Tensor.sum(of: own) / Double(own.count)
    }
    let found = try #require(method.state.first { $0.name == "prototypes.audio" }).tensor
    #expect(isClose(found, Tensor.stacked(means), tolerance: 1e-12))
  }

  /// A class that no sample has keeps everything finite.
  @Test func aClassWithoutSamplesIsLeftOut() throws {
    let steps = try MethodSteps("pmr")
    let setting = MethodSetting(
      model: steps.model, classes: 4, epochs: 1, device: .cpu, seed: 0)
    var prototypes = PMRPrototypes(setting)
    try prototypes.update(
      with: steps.makeEngine(), momentum: 0.2,
      in: TrainingSubset(share: 1, from: RandomStream(seed: 0)))
    let features = steps.model.features(try steps.context(0).batch.inputs, .evaluation)
    let logits = prototypes.logits(features)
    for tensor in logits {
      #expect(tensor.softmax(1).select(3, dimension: 1).floats().allSatisfy { $0 == 0 })
      #expect(PMR.entropy(tensor).item().isFinite)
    }
    #expect(prototypes.state.last?.tensor.floats() == [1, 1, 1, 0])
  }

  /// A part without some class is enough later on, but not for the first prototypes.
  @Test func theFirstPrototypesAreOfEveryClass() throws {
    let steps = try MethodSteps("pmr")
    let all = try steps.context(0).batch
    let one = Batch(
      inputs: all.inputs.map { $0.slice(0..<1) }, labels: all.labels.slice(0..<1), indices: [0])
    var visits: [Bool] = []
    let engine = TrainingEngine(
      model: steps.model, optimizer: SGD(steps.model.namedParameters, learningRate: 0.1),
      training: TrainingConfiguration(), device: .cpu,
      trainingBatches: { subset, body in
        visits.append(subset == nil)
        try body(subset == nil ? all : one)
      })
    let method = try PMR(Self.configuration(), for: steps.setting)
    try method.beginEpoch(0, with: engine)
    #expect(visits == [false, true])
    let before = try #require(method.state.first?.tensor)
    try method.beginEpoch(1, with: engine)
    #expect(visits == [false, true, false])
    let after = try #require(method.state.first?.tensor)
    let label = one.labels.array(of: Int.self)[0]
    for row in 0..<3 {
      #expect(isEqual(before.select(row), after.select(row)) == (row != label))
    }
  }

  @Test func subsetsAreRandomPartsOfAtLeastABatch() {
    let stream = RandomStream(seed: 0, "test")
    let tenth = TrainingSubset(share: 0.1, from: stream).indices(of: 1000, atLeast: 64)
    #expect(tenth.count == 100)
    #expect(tenth == tenth.sorted() && Set(tenth).count == 100 && tenth.last ?? 0 < 1000)
    #expect(tenth == TrainingSubset(share: 0.1, from: stream).indices(of: 1000, atLeast: 64))
    #expect(TrainingSubset(share: 0.1, from: stream).indices(of: 100, atLeast: 64).count == 64)
    #expect(TrainingSubset(share: 0.1, from: stream).indices(of: 9, atLeast: 64).count == 9)
  }
}

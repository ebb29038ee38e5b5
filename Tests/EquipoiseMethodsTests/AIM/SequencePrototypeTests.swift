// SPDX-License-Identifier: Apache-2.0
import EquipoiseKit
import EquipoiseTestSupport
import EquipoiseTorch
import Testing

@testable import EquipoiseData
@testable import EquipoiseMethods
@testable import EquipoiseModels
@testable import EquipoiseSettings

/// AIM on samples of different lengths.
@Suite struct SequencePrototypeTests {
  // MARK: By hand

  /// One channel: f = (1, 2, 9) of which two steps are valid, p = (0, 2, 5) of which three are.
  private let f = Tensor([1.0, 2, 0], shape: [1, 3, 1])
  private let whole = Tensor([1.0, 2, 9], shape: [1, 3, 1])
  private let p = Tensor([0.0, 2, 5], shape: [1, 3, 1])

  private func aligned(_ f: Tensor, _ length: Int, isNormalised: Bool) -> Double {
    BlockDistance.aligned(
      f, StepLengths([length]), p, StepLengths([3]), isNormalised: isNormalised
    ).item()
  }

  @Test func distancesByHand() {
    #expect(abs(aligned(f, 2, isNormalised: false) - 1.224745) < 1e-6)
    #expect(abs(aligned(whole, 3, isNormalised: false) - 4.123106) < 1e-6)
    #expect(abs(aligned(f, 2, isNormalised: true) * 10 - 4.595058) < 1e-6)
    #expect(abs(aligned(whole, 3, isNormalised: true) * 10 - 1.940200) < 1e-6)
    // Pooled: 3/2 and 7/3.
    let steps = StepLayout.positions(StepLengths([2]), axis: 1)
    let own = StepLayout.positions(StepLengths([3]), axis: 1)
    let pooled = BlockDistance.euclidean(
      steps.means(f, channelAxis: 2), own.means(p, channelAxis: 2))
    #expect(abs(pooled.item() - 0.833333) < 1e-6)
  }

  /// With every step valid both are the distances of flattened outputs.
  @Test(arguments: [false, true])
  func alignedDistancesOfFullSequencesAreTodays(isNormalised: Bool) {
    let generator = Generator(seed: 1)
    let a = Tensor.normal([4, 5, 3], dtype: .float64, from: generator)
    let b = Tensor.normal([2, 5, 3], dtype: .float64, from: generator)
    func flat(_ x: Tensor) -> Tensor {
      let rows = x.reshaped([x.size(0), -1])
      return isNormalised ? BlockDistance.unitLength(rows) : rows
    }
    let found = BlockDistance.aligned(
      a, StepLengths([5, 5, 5, 5]), b, StepLengths([5, 5]), isNormalised: isNormalised)
    #expect(isClose(found, BlockDistance.euclidean(flat(a), flat(b)), tolerance: 1e-9))
  }

  @Test func meansOfPositionsAndTheLowerMedianByHand() {
    // (3), (1, 5), (2, 7, 6) of one class: (2, 6, 6), of two steps. Another class has four steps once.
    var means = PrototypeMeans(prototypes: 2, steps: 5, severalLengths: true)
    let first = Tensor([3.0, 0, 1, 5], shape: [2, 2, 1])
    let rest = Tensor([2.0, 7, 6, 0, 9, 9, 9, 9], shape: [2, 4, 1])
    means.add(
      RaggedBatch(first, lengths: StepLengths([1, 2])),
      of: [PrototypeRows(labels: Tensor([0, 0]), count: 2)])
    means.add(
      RaggedBatch(rest, lengths: StepLengths([3, 4])),
      of: [PrototypeRows(labels: Tensor([0, 1]), count: 2)])
    let result = means.result
    #expect(result.lengths == [2, 4])
    #expect(result.means.array(of: Double.self) == [2, 6, 0, 0, 0, 9, 9, 9, 9, 0])
  }

  // MARK: Whole steps

  enum Pair: CaseIterable { case series, video }

  private struct Rig {
    let model: MultimodalModel
    let aim: AIM
    let engine: TrainingEngine
    let batches: [Batch]
  }

  private static let lengths = [11, 3, 17, 8, 5, 20, 9, 14]

  private static func encoders(
    _ pair: Pair, _ steps: Int
  ) throws -> [(modality: String, shape: [Int], encoder: any ModalityEncoder)] {
    let generator = Generator(seed: 1)
    switch pair {
    case .series:
      return [
        ("a", [steps, 3], Conv1dEncoder(channels: 3, width: 4, depth: 2, from: generator)),
        (
          "b", [steps, 2],
          try TransformerEncoder(
            length: steps, channels: 2, width: 4, heads: 2, depth: 2, positions: .sinusoidal,
            from: generator)
        ),
      ]
    case .video:
      return [
        ("a", [steps, 3], Conv1dEncoder(channels: 3, width: 4, depth: 4, from: generator)),
        (
          "b", [steps, 1, 5, 5],
          ResNet(.resNet18, channels: 1, width: 1, stem: .smallImage, from: generator)
        ),
      ]
    }
  }

  /// Eight samples of two classes in two batches, each as long as its longest or `padded` throughout, begun.
  private static func rig(
    _ pair: Pair, steps: Int, padded: Bool,
    _ change: (inout AIMConfiguration) -> Void = { _ in }
  ) throws -> Rig {
    let encoders = try encoders(pair, steps)
    let model = try MultimodalModel(
      encoders: encoders,
      fusion: ConcatFusion(
        encoders.map(\.encoder.featureWidth), classes: 2, from: Generator(seed: 2)))
    model.move(to: .cpu, dtype: .float64)
    let batches = [0..<4, 4..<8].map { rows in
      let own = Array(lengths[rows])
      let inputs = encoders.enumerated().map { place, entry in
        let longest = padded ? steps : own.max() ?? 1
        let samples = rows.map { row in
          let generator = Generator(seed: UInt64(100 * place + row))
          let sample = Tensor.normal(
            [1, lengths[row]] + entry.shape.dropFirst(), dtype: .float64, from: generator)
          return RaggedBatch(sample + Double(row % 2)).padded(to: longest).tensor
        }
        return Tensor.concatenated(samples, dimension: 0)
      }
      return Batch(
        inputs: inputs, labels: Tensor(rows.map { $0 % 2 }), indices: Array(rows),
        lengths: inputs.map { _ in StepLengths(own) })
    }
    let engine = TrainingEngine(
      model: model, optimizer: SGD(model.namedParameters, learningRate: 0.05, momentum: 0.9),
      training: TrainingConfiguration(), device: .cpu,
      trainingBatches: { _, body in for batch in batches { try body(batch) } })
    var settings = AIMConfiguration()
    (settings.startEpoch, settings.decoupling.latentWidth) = (0, 3)
    change(&settings)
    let aim = try AIM(
      settings,
      for: MethodSetting(
        model: model, classes: 2, epochs: 1, device: .cpu, seed: 0, samplesPerClass: [4, 4],
        modalitiesOfSeveralLengths: ["a", "b"]))
    try aim.beginEpoch(0, with: engine)
    return Rig(model: model, aim: aim, engine: engine, batches: batches)
  }

  /// Telemetry of some steps, and the weights and prototypes after them.
  private static func steps(_ rig: Rig) throws -> [(name: String, tensor: Tensor)] {
    var found: [(name: String, tensor: Tensor)] = []
    for (step, batch) in (rig.batches + rig.batches).enumerated() {
      let context = StepContext(
        epoch: 0, step: step, stepsPerEpoch: 4, globalStep: step, batch: batch,
        mode: .training())
      let report = try rig.aim.step(in: context, with: rig.engine)
      found += report.telemetry.map { ("step \(step) \($0.name.key)", $0.value) }
      found.append(("step \(step) logits", report.logits))
    }
    return found + rig.model.state
  }

  @Test(
    arguments: Pair.allCases,
    [
      [], ["judge=classifiers"], ["prototypes.sequences=aligned"],
      ["prototypes.sequences=aligned", "prototypes.distance=raw", "prototypes.targets=frozen"],
      ["prototypes.distance=raw"], ["prototypes.distance=spatialMean"],
      ["prototypes.start=random", "prototypes.passInterval=2"], ["lambda=0"],
    ])
  func paddingChangesNothing(_ pair: Pair, _ sets: [String]) throws {
    func change(_ settings: inout AIMConfiguration) {
      for set in sets {
        switch set {
        case "judge=classifiers": settings.judge = .classifiers
        case "prototypes.sequences=aligned": settings.prototypes.sequences = .aligned
        case "prototypes.distance=raw": settings.prototypes.distance = .raw
        case "prototypes.targets=frozen": settings.prototypes.targets = .frozen
        case "prototypes.distance=spatialMean": settings.prototypes.distance = .spatialMean
        case "prototypes.start=random": settings.prototypes.start = .random
        case "prototypes.passInterval=2": settings.prototypes.passInterval = 2
        case "lambda=0": settings.lambda = 0
        default: Issue.record("\(set)")
        }
      }
    }
    let short = try Self.steps(Self.rig(pair, steps: 20, padded: false, change))
    let long = try Self.steps(Self.rig(pair, steps: 33, padded: true, change))
    #expect(short.count == long.count)
    // An aligned distance is the root of a difference of squares, which near 0 has half of their digits.
    let tolerance = sets.contains("prototypes.sequences=aligned") ? 1e-6 : 1e-9
    for (a, b) in zip(short, long) where !a.name.hasSuffix("sinusoids") {
      #expect(a.name == b.name && isClose(a.tensor, b.tensor, tolerance: tolerance), "\(a.name)")
    }
  }

  @Test func prototypesAreAsLongAsHalfOfTheirRows() throws {
    let rig = try Self.rig(.series, steps: 33, padded: true)
    _ = try Self.steps(rig)
    func state(_ name: String) -> Tensor? { rig.aim.state.first { $0.name == name }?.tensor }
    // 11, 17, 5, 9 and 3, 8, 20, 14.
    #expect(state("lengths.a")?.array(of: Int.self) == [9, 8])
    for name in ["prototypes.a", "means.a"] {
      let tensor = try #require(state(name))
      let behind = tensor.select(0).slice(9..<33)
      #expect(isEqual(behind, behind.zerosLike()), "\(name)")
      #expect(!isEqual(tensor.select(0).select(8), behind.select(0)))
    }
    // What is saved makes the same prototypes.
    let other = try Self.rig(.series, steps: 33, padded: true)
    try other.aim.restore(
      Dictionary(uniqueKeysWithValues: rig.aim.state.map { ($0.name, $0.tensor.cloned()) }))
    #expect(other.aim.parts?.prototypes?.batches(history: false)[1].lengths?.host == [9, 8])
  }

  /// Eq. 16 of prototypes of nine and eight frames: the cosine of what each makes of its own frames alone, the ninth
  /// of which the other lacks.
  @Test func measuresCosinesOfPrototypesOfDifferentLengths() throws {
    let rig = try Self.rig(.video, steps: 20, padded: false)
    let batch = try #require(rig.aim.parts?.prototypes?.batches(history: false)[1])
    #expect(batch.lengths?.host == [9, 8])
    let alone = [9, 8].enumerated().map { row, length in
      let own = batch.tensor.select(row).unsqueezed(0).slice(0..<length, dimension: 1)
      return withoutGradient { rig.model.encoders.modules[1].trace(own, .evaluation).outputs }
    }
    let measured = rig.aim.measure(with: rig.engine).filter { $0.name.key.contains(".b.") }
    #expect(measured.count == 4)
    for (depth, entry) in measured.enumerated() {
      let (long, short) = (alone[0][depth], alone[1][depth])
      let product = (long.slice(0..<8) * short).sum().item()
      let sizes = [long, short].map { ($0 * $0).sum().item().squareRoot() }
      expectNumbers(
        entry.tensor, [1, product / sizes[0] / sizes[1], product / sizes[0] / sizes[1], 1])
    }
  }

  @Test func distancesThatMeasurePaddingAreRefused() {
    #expect(
      message {
        _ = try Self.rig(.series, steps: 20, padded: false) { $0.prototypes.sequences = .flat }
      }
        == "method.prototypes.sequences: samples of 'a' have different lengths: a distance between outputs with "
        + "padding measures it; choose pooled or aligned")
    #expect(
      message {
        _ = try Self.rig(.series, steps: 20, padded: false) {
          ($0.prototypes.sequences, $0.prototypes.distance) = (.aligned, .spatialMean)
        }
      }
        == "method.prototypes.sequences: means over positions cannot be compared position by position; use "
        + "either aligned or distance=spatialMean")
  }
}

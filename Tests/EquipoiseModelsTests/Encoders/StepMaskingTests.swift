// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import EquipoiseTorch
import Testing

@testable import EquipoiseKit
@testable import EquipoiseModels

/// Encoders of samples with lengths: padding changes nothing.
@Suite struct StepMaskingTests {
  enum Example: CaseIterable {
    case conv1d, transformer, sinusoidal, video

    /// Of each sample; one is a single step.
    var lengths: [Int] {
      self == .video ? [3, 1, 5, 2] : [37, 1, 50, 7, 18, 33]
    }
    var lengthsOfPadding: (short: Int, long: Int) { self == .video ? (5, 12) : (50, 500) }
    var step: [Int] { self == .video ? [2, 9, 8] : [3] }

    func makeEncoder(dropout: Double = 0) throws -> any ModalityEncoder {
      let generator = Generator(seed: 1)
      return switch self {
      case .conv1d: Conv1dEncoder(channels: 3, width: 6, dropout: dropout, from: generator)
      case .transformer:
        try TransformerEncoder(
          length: 500, channels: 3, width: 8, heads: 2, dropout: dropout, from: generator)
      case .sinusoidal:
        try TransformerEncoder(
          length: 500, channels: 3, width: 8, heads: 2, dropout: dropout, positions: .sinusoidal,
          from: generator)
      case .video:
        ResNet(.resNet18, channels: 2, width: 2, stem: .smallImage, from: generator)
      }
    }

    /// Zeros behind `lengths`, of `steps` in all.
    func batch(_ steps: Int) -> RaggedBatch {
      let samples = lengths.enumerated().map { index, length in
        let own = Tensor.normal(
          [length] + step, dtype: .float64, from: Generator(seed: UInt64(index + 5)))
        return length == steps
          ? own
          : .concatenated(
            [own, .zeros([steps - length] + step, dtype: .float64)], dimension: 0)
      }
      return RaggedBatch(.stacked(samples), lengths: StepLengths(lengths))
    }
  }

  /// Features, parameters and statistics after some steps of SGD, in double precision.
  private static func trajectory(
    _ example: Example, _ batch: RaggedBatch
  ) throws -> (features: [Tensor], state: [NamedTensor]) {
    let encoder = try example.makeEncoder()
    encoder.move(to: .cpu, dtype: .float64)
    let optimizer = SGD(encoder.namedParameters, learningRate: 0.05, momentum: 0.9)
    let labels = Tensor((0..<batch.count).map { $0 % 4 })
    var features: [Tensor] = []
    for _ in 0..<4 {
      let trace = encoder.trace(batch, .training())
      features.append(trace.features.detached())
      let loss = trace.features.crossEntropy(labels)
      optimizer.step(
        gradients: gradients(of: [loss], withRespectTo: encoder.parameters.map(\.leaf)))
    }
    features.append(withoutGradient { encoder.features(batch, .evaluation) })
    return (features, encoder.state)
  }

  @Test(arguments: Example.allCases)
  func paddingChangesNeitherOutputsNorTraining(_ example: Example) throws {
    let (short, long) = example.lengthsOfPadding
    let a = try Self.trajectory(example, example.batch(short))
    let b = try Self.trajectory(example, example.batch(long))
    #expect(zip(a.features, b.features).allSatisfy { isClose($0, $1, tolerance: 1e-10) })
    for (first, second) in zip(a.state, b.state) {
      // Positions that no sample reaches get no gradient in either.
      #expect(isClose(first.tensor, second.tensor, tolerance: 1e-10), "\(first.name)")
    }
    // Training moved the features, and the samples differ.
    #expect(!isClose(a.features[0], a.features[3], tolerance: 1e-3))
  }

  /// In evaluation, where rows do not see each other, each sample is what it is alone without lengths. A single step
  /// behind three halvings is what no encoder without lengths takes.
  @Test(arguments: Example.allCases)
  func samplesAreWhatTheyAreAlone(_ example: Example) throws {
    let encoder = try example.makeEncoder()
    encoder.move(to: .cpu, dtype: .float64)
    // Statistics that are not those of the start.
    _ = encoder.features(example.batch(example.lengthsOfPadding.short), .training())
    let batch = example.batch(example.lengthsOfPadding.long)
    let together = encoder.features(batch, .evaluation)
    for (index, length) in example.lengths.enumerated() {
      let own = batch.tensor.slice(index..<index + 1).slice(0..<length, dimension: 1)
      // Without lengths a transformer takes the whole table of positions alone, and a convolution what it can halve.
      let needsLengths =
        example == .transformer || example == .sinusoidal || example == .conv1d && length < 8
      let alone =
        needsLengths
        ? encoder.features(RaggedBatch(own, lengths: StepLengths([length])), .evaluation)
        : encoder.features(own, .evaluation)
      #expect(isClose(together.slice(index..<index + 1), alone, tolerance: 1e-10))
    }
  }

  @Test(arguments: Example.allCases)
  func fullLengthsAreNoLengths(_ example: Example) throws {
    let steps = example == .video ? 4 : 500
    let input = Tensor.normal([3, steps] + example.step, dtype: .float64, from: Generator(seed: 3))
    let lengths = StepLengths([steps, steps, steps])
    func run(_ batch: RaggedBatch) throws -> [Tensor] {
      let encoder = try example.makeEncoder()
      encoder.move(to: .cpu, dtype: .float64)
      let trace = encoder.trace(batch, .training())
      let loss = trace.features.crossEntropy(Tensor([0, 1, 2]))
      let found = gradients(of: [loss], withRespectTo: encoder.parameters.map(\.leaf))
      return trace.outputs + [trace.features] + found.compactMap { $0 }
        + encoder.state.map(\.tensor)
    }
    let plain = try run(RaggedBatch(input))
    let masked = try run(RaggedBatch(input, lengths: lengths))
    #expect(plain.count == masked.count)
    #expect(zip(plain, masked).allSatisfy { isClose($0, $1, tolerance: 1e-10) })
  }

  /// Dropout draws for positions that are not valid too, and leaves zeros there.
  @Test(arguments: [Example.conv1d, .transformer])
  func blocksLeaveZerosBehindTheValidSteps(_ example: Example) throws {
    let encoder = try example.makeEncoder(dropout: 0.3)
    encoder.move(to: .cpu, dtype: .float64)
    let trace = encoder.trace(
      example.batch(50), .training(dropout: Generator(seed: 4)))
    for depth in 0..<encoder.depth {
      guard case .positions(let lengths, let axis)? = trace.steps[depth + 1] else {
        Issue.record("no positions")
        continue
      }
      let output = trace.outputs[depth].transposed(1, axis == 1 ? 1 : 2)
      for (sample, length) in (lengths.host ?? []).enumerated() where length < output.size(1) {
        let behind = output.select(sample).slice(length..<output.size(1))
        #expect(isEqual(behind, behind.zerosLike()))
      }
    }
  }

  /// Two frames of two numbers, and one.
  @Test func rowsOfASampleLieTogetherWithZerosBehind() {
    let rows = Tensor([1.0, 2, 3, 4, 5, 6], shape: [3, 2])
    let trace = EncoderTrace(
      inputs: [rows], last: rows * 10, features: rows, samples: 2,
      steps: [nil, .rows(StepRows(StepLengths([2, 1])))])
    #expect(trace.flattenedOutput(0).shape == [2, 4])
    #expect(trace.flattenedOutput(0).floats() == [10, 20, 30, 40, 50, 60, 0, 0])
    let whole = EncoderTrace(
      inputs: [rows], last: rows, features: rows, samples: 3, steps: [nil, nil])
    #expect(whole.flattenedOutput(0).shape == [3, 2])
  }

  // MARK: Half precision

  /// 257 needs nine bits, of which half precision has eight.
  @Test func meansOfFramesAreNotRounded() {
    let rows = StepLayout.rows(StepRows(StepLengths([2, 1])))
    let frames = Tensor([256 as Float, 1, 3], shape: [3, 1])
    withAutocast(to: .bfloat16, on: .cpu) {
      #expect(rows.means(frames, channelAxis: 1).floats() == [128.5, 3])
      #expect(rows.means(frames.to(.bfloat16), channelAxis: 1).floats() == [128.5, 3])
    }
  }

  /// bfloat16 has eight bits: what is summed up in another order may be off by 2⁻⁸ of it in each of three or four blocks,
  /// each of which rounds twice.
  @Test(arguments: Example.allCases)
  func paddingChangesRoundingAloneInHalfPrecision(_ example: Example) throws {
    let (short, long) = example.lengthsOfPadding
    func features(_ steps: Int, _ mode: ForwardMode) throws -> Tensor {
      let encoder = try example.makeEncoder()
      let batch = example.batch(steps)
      let input = batch.with(batch.tensor.to(.float32))
      return withAutocast(to: .bfloat16, on: .cpu) {
        withoutGradient { encoder.features(input, mode).inFullPrecision() }
      }
    }
    for mode in [ForwardMode.training(), .evaluation] {
      let (a, b) = (try features(short, mode), try features(long, mode))
      #expect(isClose(a, b, tolerance: 8.0 / 256), "\(example)")
      // The features are not all the same: padding that was taken for data would show.
      #expect(!isClose(a.slice(0..<1), a.slice(1..<2), tolerance: 0.1))
    }
  }

  @Test func halvesLengthsDownToOne() throws {
    let lengths = StepLengths([50, 7, 2, 1])
    #expect(lengths.halved.host == [25, 3, 1, 1])
    #expect(lengths.halved.tensor.array(of: Int.self) == [25, 3, 1, 1])
    #expect(lengths.halved.tensor.dtype == .int64)
    #expect(
      StepLengths([2, 1]).mask(3, dtype: .float32).floats() == [1, 1, 0, 1, 0, 0])
  }

  /// The layout that a model in evaluation has where the host does not know the lengths: while it is exported.
  @Test func videoOfLengthsOnTheDeviceAlone() throws {
    let encoder = try Example.video.makeEncoder()
    encoder.move(to: .cpu, dtype: .float64)
    let batch = Example.video.batch(5)
    let lengths = StepLengths(onDevice: Tensor(Example.video.lengths))
    #expect(
      isClose(
        encoder.features(RaggedBatch(batch.tensor, lengths: lengths), .evaluation),
        encoder.features(batch, .evaluation), tolerance: 1e-10))
  }

  // MARK: Coupled encoders

  /// A coupled model of a video and a sequence.
  private static func coupled() throws -> MultimodalModel {
    let generator = Generator(seed: 1)
    let video = ResNet(.resNet18, channels: 2, width: 2, stem: .smallImage, from: generator)
    let series = Conv1dEncoder(channels: 3, width: 6, depth: 4, from: generator)
    let couplings = try MMTM.Configuration().makeCouplings(
      between: [
        CoupledEncoder(modality: "v", shape: [5, 2, 9, 8], encoder: video),
        CoupledEncoder(modality: "s", shape: [50, 3], encoder: series),
      ]) { Generator(seed: UInt64($0)) }
    let model = try MultimodalModel(
      encoders: [("v", [5, 2, 9, 8], video), ("s", [50, 3], series)],
      fusion: ConcatFusion([16, 6], classes: 3, from: generator),
      coupling: ModuleDictionary(couplings.map { ("\($0.depth)", $0.module) }))
    model.move(to: .cpu, dtype: .float64)
    try model.checkLengths(of: ["v", "s"])
    return model
  }

  /// Four samples of it; where one lacks a modality stands `filling`.
  private static func coupledBatch(
    _ frames: Int = 5, _ positions: Int = 50, lacking rows: [[Int]] = [[], []],
    filling: Double = 0
  ) -> [RaggedBatch] {
    let series = Example.conv1d.batch(positions)
    let whole = [
      Example.video.batch(frames),
      RaggedBatch(series.tensor.slice(0..<4), lengths: series.lengths?.slice(0..<4)),
    ]
    return zip(whole, rows).map { batch, absent in
      guard !absent.isEmpty else { return batch }
      let presence = RowPresence((0..<4).map { !absent.contains($0) })
      return RaggedBatch(
        batch.tensor.selected(
          where: presence.mask(rank: batch.tensor.rank),
          else: .full([], filling, dtype: .float64)), lengths: batch.lengths, presence: presence)
    }
  }

  /// Features and logits of a training pass, gradients, statistics, and features in evaluation.
  private static func coupledPasses(_ batch: [RaggedBatch]) throws -> [Tensor] {
    let model = try coupled()
    let forward = model.forward(batch, .training())
    let found = gradients(
      of: [forward.logits.crossEntropy(Tensor([0, 1, 2, 0]))],
      withRespectTo: model.parameters.map(\.leaf))
    return forward.features + [forward.logits] + found.map { $0 ?? .zeros([]) }
      + model.state.map { $0.tensor.cloned() } + model.features(batch, .evaluation)
  }

  @Test(arguments: [[[], []], [[1], [0, 3]], [[0, 1, 2, 3], []]])
  func gatesSeeValidStepsAlone(lacking: [[Int]]) throws {
    let short = try Self.coupledPasses(Self.coupledBatch(lacking: lacking))
    let long = try Self.coupledPasses(Self.coupledBatch(9, 200, lacking: lacking))
    #expect(short.count == long.count)
    #expect(zip(short, long).allSatisfy { isClose($0, $1, tolerance: 1e-10) })
  }

  /// What stands in place of an absent modality is not read, not a number included.
  @Test func coupledEncodersDoNotReadWhatIsAbsent() throws {
    let lacking = [[1], [0, 3]]
    let zeros = try Self.coupledPasses(Self.coupledBatch(lacking: lacking))
    let nans = try Self.coupledPasses(Self.coupledBatch(lacking: lacking, filling: .nan))
    #expect(zip(zeros, nans).allSatisfy { isEqual($0, $1) })
    #expect(zeros.allSatisfy { $0.array(of: Double.self).allSatisfy(\.isFinite) })
  }

  /// In evaluation, where samples do not see each other, one that has everything is what it is among complete samples,
  /// and one that lacks a modality what it is beside squeezes of zero.
  @Test func coupledSamplesAreWhatTheyAreBesideZeros() throws {
    let model = try Self.coupled()
    _ = model.forward(Self.coupledBatch(), .training())
    let partial = model.features(Self.coupledBatch(lacking: [[1], [0, 3]]), .evaluation)
    let whole = model.features(Self.coupledBatch(), .evaluation)
    for modality in 0..<2 {
      #expect(isClose(partial[modality].select(2), whole[modality].select(2), tolerance: 1e-12))
      let deaf = model.coupledTrace(
        Self.coupledBatch(), .evaluation,
        squeezing: { _, squeezes in
          squeezes.enumerated().map { $0 == modality ? $1 : $1.zerosLike() }
        })
      for row in modality == 0 ? [0, 3] : [1] {
        let beside = deaf[modality].features.select(row)
        #expect(isClose(partial[modality].select(row), beside, tolerance: 1e-12))
        #expect(!isClose(whole[modality].select(row), beside, tolerance: 1e-3))
      }
    }
  }

  @Test func encodersThatTakePaddingForDataAreNamed() throws {
    let model = try MultimodalModel(
      encoders: [("v", [3], MLPEncoder(channels: 3, width: 4, from: Generator(seed: 1)))],
      fusion: ConcatFusion([4], classes: 2, from: Generator(seed: 1)))
    try model.checkLengths(of: [])
    #expect(
      message { try model.checkLengths(of: ["v"]) }
        == "model.encoders.v: samples of modality 'v' have different lengths, and its encoder (MLP, 3 layer(s), "
        + "width 4) would take padding for data; choose transformer or conv1d for sequences, resnet18 for "
        + "video, or conform the encoder to StepMasking")
  }
}

// SPDX-License-Identifier: Apache-2.0
import EquipoiseKit
import EquipoiseTestSupport
import EquipoiseTorch
import Testing

@testable import EquipoiseData
@testable import EquipoiseMethods
@testable import EquipoiseModels
@testable import EquipoiseSettings

/// AIM's steps on regressions and several labels: what has to equal classification, what must not matter, and the
/// gradient against differences.
struct AIMTaskTests {
  typealias Change = @Sendable (inout AIMConfiguration) -> Void

  private static let classes = [0, 0, 1, 0, 2, 1, 2, 0, 1, 1]
  private static let numbers: [Float] = [1.5, -2, 0.25, 4, 1, -0.5, 8, 3, 2, -6]
  private static let others: [Float] = [0, 1, 3, -4, 2, 2.5, -1, 5, 0.5, 7]
  private static let tags: [[Float]] = [
    [1, 0, 0, 1, 0, 1, 1, 0, 0, 1], [0, 0, 1, 0, 0, 0, 0, 1, 0, 0], [1, 1, 0, 1, 1, 0, 1, 1, 1, 0],
  ]

  private func isSame(_ a: TaskRig, _ b: TaskRig) -> Bool {
    zip(a.encoderWeights, b.encoderWeights).allSatisfy { isEqual($0, $1) }
  }

  private func expectSame(_ a: [String: Tensor], _ b: [String: Tensor]) throws {
    #expect(a.count > 15)
    for (name, value) in a where name != "taskLoss" {
      #expect(isEqual(value, try #require(b[name], "\(name)")), "\(name)")
    }
  }

  // MARK: Classification in the limit

  /// A target of three values is three classes: P_0, X̄, s, L, ρ, α, L_mod and every gradient of it, bit for bit.
  @Test(arguments: [DType.float32, .float64], [TargetAssignment.bins, .linear])
  func aTargetOfThreeValuesIsThreeClasses(_ dtype: DType, _ assignment: TargetAssignment) throws {
    let values: [Float] = [-1, 0.5, 7]
    let classes = try TaskRig(.classes(Self.classes), dtype: dtype)
    let numbers = try TaskRig(.targets([Self.classes.map { values[$0] }]), dtype: dtype) {
      $0.regression.assignment = assignment
    }
    try expectSameSteps(classes, numbers)
  }

  /// One label is two classes.
  @Test(arguments: [DType.float32, .float64], [LabelWeights.balanced, .plain])
  func oneLabelIsTwoClasses(_ dtype: DType, _ weights: LabelWeights) throws {
    let present = Self.classes.map { min($0, 1) }
    let classes = try TaskRig(.classes(present), dtype: dtype)
    let labels = try TaskRig(.labels([present.map { Float($0) }]), dtype: dtype) {
      $0.multilabel.weights = weights
    }
    try expectSameSteps(classes, labels)
  }

  private func expectSameSteps(_ classes: TaskRig, _ other: TaskRig) throws {
    for modality in ["a", "b"] {
      for name in ["means", "prototypes"] {
        let expected = try #require(classes.state("\(name).\(modality)"))
        #expect(isEqual(try #require(other.state("\(name).\(modality)")), expected), "\(name)")
      }
    }
    #expect(isSame(classes, other))
    let before = classes.encoderWeights.map { $0.cloned() }
    for step in 1...3 { try expectSame(classes.step(step), other.step(step)) }
    #expect(isSame(classes, other))
    #expect(!zip(before, classes.encoderWeights).allSatisfy { isEqual($0, $1) })
  }

  // MARK: What must not matter

  private static let regressions: [(name: String, change: Change)] = [
    ("bins", { $0.regression.bins = 4 }),
    (
      "linear",
      {
        $0.regression.bins = 4
        $0.regression.assignment = .linear
      }
    ),
    (
      "mean",
      {
        $0.regression.bins = 4
        $0.regression.assignment = .mean
      }
    ),
    ("regressors", { $0.judge = .classifiers }),
  ]

  private static let labellings: [(name: String, change: Change)] = [
    ("pair", { $0.multilabel.prototypes = .pair }),
    (
      "shared",
      {
        $0.multilabel.prototypes = .shared
        $0.multilabel.weights = .plain
      }
    ),
    ("frequency", { $0.multilabel.weights = .frequency }),
    ("classifiers", { $0.judge = .classifiers }),
  ]

  private func expectClose(
    _ a: [String: Tensor], _ b: [String: Tensor], within tolerance: Double
  ) throws {
    #expect(a.count == b.count && a.count > 15)
    for (name, value) in a {
      let other = try #require(b[name]).item()
      #expect(abs(value.item() - other) <= tolerance * max(1, abs(other)), "\(name)")
    }
  }

  /// y → 4 y + 8: everything with it, P_0's steps and the task loss included.
  @Test(arguments: 0..<4) func theUnitOfATarget(_ variant: Int) throws {
    func rig(_ values: [Float]) throws -> TaskRig {
      try TaskRig(.targets([values])) {
        Self.regressions[variant].change(&$0)
        ($0.taskLossWeight, $0.prototypes.interval) = (1, 1)
      }
    }
    let (small, large) = (try rig(Self.numbers), try rig(Self.numbers.map { 4 * $0 + 8 }))
    for step in 0..<3 { try expectClose(small.step(step), large.step(step), within: 1e-10) }
    for (a, b) in zip(small.encoderWeights, large.encoderWeights) {
      #expect(isClose(a, b, tolerance: 1e-9))
    }
  }

  /// Targets or labels in another order are other groups in that order and nothing else.
  @Test(arguments: 0..<8) func theOrderOfTargetsAndLabels(_ variant: Int) throws {
    let change = (Self.regressions + Self.labellings)[variant].change
    func rig(_ order: [Int]) throws -> TaskRig {
      let columns =
        variant < 4 ? [Self.numbers, Self.others, Self.numbers.map { $0 * $0 }] : Self.tags
      let answers = order.map { columns[$0] }
      return try TaskRig(variant < 4 ? .targets(answers) : .labels(answers)) {
        change(&$0)
        $0.prototypes.startNoise = 0
      }
    }
    let order = [2, 0, 1]
    let (first, second) = (try rig([0, 1, 2]), try rig(order))
    // The fusion's outputs keep their order, and so the task loss, which has no part here, is another one.
    try expectClose(
      first.step().filter { $0.key != "taskLoss" }, second.step().filter { $0.key != "taskLoss" },
      within: 1e-10)
    for (a, b) in zip(first.encoderWeights, second.encoderWeights) {
      #expect(isClose(a, b, tolerance: 1e-10))
    }
    let scores = try [first, second].map { rig in
      try #require(rig.aim.measure(with: rig.engine).first { $0.name.key == "groupScores.a" })
        .tensor
    }
    #expect(scores[0].shape == [2, 3])
    #expect(
      isClose(scores[0].gatheringRows(Tensor(order), dimension: 1), scores[1], tolerance: 1e-10))
    // Classifiers of labels start at 0, where every label is as likely as not.
    if variant < 7 { #expect(!isClose(scores[0], scores[1], tolerance: 1e-3)) }
  }

  // MARK: Gradients

  /// What a step takes from the encoders against central differences of Σ α ρ L, whose α and ρ stay as they are.
  @Test(arguments: 0..<8) func gradientOfTheModulation(_ variant: Int) throws {
    let change = (Self.regressions + Self.labellings)[variant].change
    func rig() throws -> TaskRig {
      try TaskRig(variant < 4 ? .targets([Self.numbers, Self.others]) : .labels(Self.tags)) {
        change(&$0)
        ($0.parameterModulation, $0.prototypes.distance) = (false, .raw)
        // Near a row δ loses digits, which differences would show.
        $0.prototypes.startNoise = 0.5
        if $0.judge == .classifiers { $0.taskLossWeight = 0 }
      }
    }
    let (moved, still) = (try rig(), try rig())
    if moved.aim.configuration.judge == .classifiers {
      // Classifiers start at 0, where nothing reaches the network.
      for rig in [moved, still] { try rig.drawClassifiers() }
    }
    let before = moved.encoderWeights.map { $0.cloned() }
    _ = try moved.step()
    let taken = zip(before, moved.encoderWeights).map { $0 - $1 }
    let (alphas, shares) = try still.weights()
    let parameters = still.model.encoders.modules.flatMap(\.parameters)
    var checked = 0
    for (index, parameter) in parameters.enumerated() {
      let values = parameter.leaf.detached().array(of: Double.self)
      for place in [0, values.count / 2] {
        func loss(_ change: Double) throws -> Double {
          var numbers = values
          numbers[place] += change
          parameter.assign(Tensor(numbers, shape: parameter.leaf.shape))
          return try still.loss(alphas, shares)
        }
        // Smaller than the next unit is from its kink.
        let slope = try (loss(1e-6) - loss(-1e-6)) / 2e-6
        _ = try loss(0)
        let found = taken[index].flattened().array(of: Double.self)[place]
        #expect(
          abs(slope - found) <= 2e-6 * max(1, abs(slope)), "\(index), \(place): \(slope), \(found)")
        if abs(slope) > 1e-4 { checked += 1 }
      }
    }
    #expect(checked > 5, "\(checked)")
  }

  // MARK: State

  /// A run that goes on from a checkpoint takes the same steps.
  @Test(arguments: 0..<8) func goesOnFromItsState(_ variant: Int) throws {
    let change = (Self.regressions + Self.labellings)[variant].change
    func rig(begins: Bool) throws -> TaskRig {
      try TaskRig(
        variant < 4 ? .targets([Self.numbers, Self.others]) : .labels(Self.tags), begins: begins
      ) {
        change(&$0)
        ($0.taskLossWeight, $0.prototypes.interval) = (1, 1)
      }
    }
    let (whole, later) = (try rig(begins: true), try rig(begins: false))
    for step in 0..<2 { _ = try whole.step(step) }
    try later.model.load(
      Dictionary(uniqueKeysWithValues: whole.model.state.map { ($0.0, $0.1.cloned()) }),
      source: "whole")
    try later.aim.restore(
      Dictionary(
        uniqueKeysWithValues: whole.aim.state.map { ($0.name, $0.tensor.detached().cloned()) }))
    try expectSame(whole.step(2), later.step(2))
    #expect(isSame(whole, later))
    let measured = [whole, later].map { $0.aim.measure(with: $0.engine) }
    #expect(measured[0].count == measured[1].count && measured[0].count >= 2)
    for (a, b) in zip(measured[0], measured[1]) { #expect(isEqual(a.tensor, b.tensor)) }
  }

  @Test func aStateOfOtherBins() throws {
    let rig = try TaskRig(.targets([Self.numbers])) { $0.regression.bins = 4 }
    let state = Dictionary(uniqueKeysWithValues: rig.aim.state.map { ($0.name, $0.tensor) })
    let other = try TaskRig(.targets([Self.numbers]), begins: false) { $0.regression.bins = 5 }
    let text = message { try other.aim.restore(state) }
    #expect(text?.contains("'groups.edges.0' is [3], not [4]") == true, "\(text ?? "no error")")
  }

  // MARK: Refusals

  @Test func settingsOfAnotherTask() {
    func refusal(_ answers: TaskRig.Answers, _ change: (inout AIMConfiguration) -> Void) -> String?
    {
      message { _ = try TaskRig(answers, begins: false, change) }
    }
    #expect(
      refusal(.classes(Self.classes)) { $0.regression.bins = 4 }
        == "method.regression: these settings are for a regression, and the dataset's task is classification; leave "
        + "it out")
    #expect(
      refusal(.labels(Self.tags)) { $0.regression.assignment = .mean }
        == "method.regression: these settings are for a regression, and the dataset's task is multilabel; leave it out"
    )
    #expect(
      refusal(.targets([Self.numbers])) { $0.multilabel.weights = .plain }
        == "method.multilabel: these settings are for several labels, and the dataset's task is regression; leave it "
        + "out")
    #expect(
      refusal(.targets([Self.numbers])) { $0.prototypes.classesPerStep = 2 }
        == "method.prototypes.classesPerStep: prototypes of some classes are for a classification, and the dataset's "
        + "task is regression; leave it out")
  }

  @Test func aBinIsNotEnough() throws {
    var settings = AIMConfiguration()
    settings.regression.bins = 1
    let text = message { try settings.check(at: ConfigPath(["method"])) }
    #expect(
      text?.contains("method.regression.bins is 1; expected at least 2") == true,
      "\(text ?? "no error")")
  }
}

extension TaskRig {
  /// ρ and α of the weights as they are, by depth.
  fileprivate func weights() throws -> (alphas: [Double], shares: [[Double]]) {
    let found = try performances()
    let depths = found[0].indices
    let scores = depths.map { depth in found.map { $0[depth].score } }
    let alphas = AIMEquations.normalised(scores.map { AIMEquations.discrepancy($0) })
    return (
      alphas.map { $0.item() }, scores.map { AIMEquations.participation($0).array(of: Double.self) }
    )
  }

  /// Σ α ρ L.
  fileprivate func loss(_ alphas: [Double], _ shares: [[Double]]) throws -> Double {
    let found = try performances()
    return alphas.indices.reduce(0) { sum, depth in
      sum
        + found.indices.reduce(0) {
          $0 + alphas[depth] * shares[depth][$1] * found[$1][depth].loss.item()
        }
    }
  }

  private func performances() throws -> [[BlockPerformance]] {
    let forward = try aim.forward(context(), with: engine, try #require(aim.parts))
    return zip(forward.outputs, forward.judges).map { outputs, judges in
      zip(outputs, judges).map { forward.measures[0].performance($1.logits(of: $0)) }
    }
  }

  /// Random classifiers.
  fileprivate func drawClassifiers() throws {
    let state = aim.state.map { name, tensor in
      var seed: UInt64 = 5
      for byte in name.utf8 { seed = seed &* 31 &+ UInt64(byte) }
      return name.hasPrefix("classifier.")
        ? (name, Tensor.normal(tensor.shape, dtype: tensor.dtype, from: Generator(seed: seed)))
        : (name, tensor.detached().cloned())
    }
    try aim.restore(Dictionary(uniqueKeysWithValues: state))
  }
}

// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import EquipoiseTorch
import Testing

@testable import EquipoiseMethods

/// Eq. 9' and Eq. 10' of a regression and of several labels by hand.
struct BlockMeasureTests {
  private let deltas = Tensor([3.0, 1, 2, 4], shape: [1, 4])
  private let centres = Tensor([-1.5, 0, 2.5, 7])

  private func expect(
    _ performance: BlockPerformance, _ score: Double, _ loss: Double,
    within tolerance: Double = 1e-6
  ) {
    #expect(abs(performance.score.item() - score) < tolerance, "\(performance.score.item())")
    #expect(abs(performance.loss.item() - loss) < tolerance, "\(performance.loss.item())")
  }

  private func linear(_ value: Double, _ centres: Tensor) -> SoftMeasure {
    SoftMeasure(assignment: SoftMeasure.interpolated(Tensor([value]), between: centres))
  }

  // MARK: One target

  @Test func aBinIsAClass() {
    expect(ClassMeasure(labels: Tensor([2])).performance(-deltas), 0.236883, 1.440190)
  }

  @Test func betweenTwoCentres() throws {
    let measure = linear(1, centres)
    #expect(
      isClose(measure.assignment, Tensor([0, 0.6, 0.4, 0], shape: [1, 4]), tolerance: 1e-12))
    let found = measure.performance(-deltas)
    expect(found, 0.836883, 0.840190)
    #expect(abs(try #require(found.divergence).item() - 0.167178) < 1e-6)
  }

  @Test func onAndOutsideTheCentres() {
    let (centres, deltas) = (Tensor([-1.0, 0, 2]), Tensor([3.0, 1, 2], shape: [1, 3]))
    expect(linear(0.5, centres).performance(-deltas), 0.909969, 0.657606)
    // At a centre it is that bin, beyond the last the last.
    expect(linear(0, centres).performance(-deltas), 0.665241, 0.407606)
    #expect(linear(5, centres).assignment.array(of: Double.self) == [0, 0, 1])
    #expect(linear(-9, centres).assignment.array(of: Double.self) == [1, 0, 0])
    expect(linear(5, centres).performance(-deltas), 0.244728, 1.407606)
  }

  @Test func theMeanOfTheCentres() {
    // Variance 12, MAD 2.75: ŷ = .685901 for y = 1.
    let deviation = 12.0.squareRoot()
    let measure = MeanMeasure(
      centres: centres / deviation, targets: Tensor([1 / deviation]),
      deviation: Tensor(2.75 / deviation))
    expect(measure.performance(-deltas), 0.892064, 0.008222)
  }

  @Test func regressorsAreAsRightAsTheirErrors() {
    // Errors 1 and 0 for the first target, 0 and 2 for the second, MAD 1 and 2: s = ¼ (2 e⁻¹ + 2), L = 5 / 4.
    let measure = RegressorMeasure(
      targets: Tensor([0.0, 3, 1, 1], shape: [2, 2]), deviations: Tensor([1.0, 2]))
    let found = measure.performance(Tensor([1.0, 3, 1, -1], shape: [2, 2]))
    expect(found, 0.683940, 1.25)
    #expect(found.groupScores?.count == 2)
  }

  /// One-hot shares are Eq. 9 and Eq. 10, bit for bit, in score, loss and gradient.
  @Test(arguments: [DType.float32, .float64]) func oneHotSharesAreClasses(_ dtype: DType) {
    let labels = Tensor([2, 0, 1, 1, 3, 2, 0])
    let logits = (Tensor.normal([7, 4], dtype: dtype, from: Generator(seed: 3)) * 4).asLeaf()
    let (hard, soft) = (
      ClassMeasure(labels: labels).performance(logits),
      SoftMeasure(assignment: labels.oneHot(4, dtype: dtype)).performance(logits)
    )
    #expect(isEqual(hard.score, soft.score) && isEqual(hard.loss, soft.loss))
    let found = [hard, soft].map { gradients(of: [$0.loss], withRespectTo: [logits])[0] ?? logits }
    #expect(isEqual(found[0], found[1]))
  }

  /// Σ t = 1; 0 < s ≤ 1, and 1 where q = t; L is at least the entropy of t.
  @Test func sharesAndTheirLeastLoss() throws {
    let values = Tensor.normal([50], dtype: .float64, from: Generator(seed: 1)) * 4
    let shares = SoftMeasure.interpolated(values, between: centres)
    let sums = shares.sum(over: [1])
    #expect(isClose(sums, sums.zerosLike() + 1, tolerance: 1e-12))
    let measure = SoftMeasure(assignment: shares)
    let any = measure.performance(
      Tensor.normal([50, 4], dtype: .float64, from: Generator(seed: 2)))
    #expect(any.score.item() > 0 && any.score.item() < 1)
    #expect(try #require(any.divergence).item() > 0)
    let perfect = measure.performance(shares.clamped(low: 1e-300).log())
    #expect(abs(perfect.score.item() - 1) < 1e-12)
    #expect(abs(try #require(perfect.divergence).item()) < 1e-12)
  }

  // MARK: Several targets

  /// The row (4, 20) of (0,10), (0,30), (4,20), (4,60) is in the bins 1 and 0.
  @Test func targetsAreAveraged() throws {
    let logits = Tensor([0.8, 0.2, 0.4, 0.6], shape: [1, 4]).log()
    let measure = GroupMeasure(parts: [
      (columns: 0..<2, measure: ClassMeasure(labels: Tensor([1]))),
      (columns: 2..<4, measure: ClassMeasure(labels: Tensor([0]))),
    ])
    let found = measure.performance(logits)
    expect(found, 0.3, 1.262864)
    #expect(
      isClose(try #require(found.groupScores), Tensor([0.2, 0.4]), tolerance: 1e-12))
  }

  // MARK: Labels

  private func labels(_ weights: Tensor?, _ form: LabelMeasure.Form = .pairs) -> LabelMeasure {
    LabelMeasure(states: Tensor([1, 0, 0]), weights: weights, labels: 3, form: form)
  }

  @Test func labelsOfASample() throws {
    // δ_absent − δ_present = (1, −.5, .2).
    let logits = Tensor([-1.0, 0, 0.5, 0, -0.2, 0], shape: [1, 6])
    let balanced = Tensor([0.5, 0.25, 0.25], shape: [1, 3])
    expect(labels(balanced).performance(logits), 0.633686, 0.474685)
    expect(labels(nil).performance(logits), 0.601228, 0.528493)
    let scores = try #require(labels(balanced).performance(logits).groupScores)
    #expect(isClose(scores, Tensor([0.731059, 0.622459, 0.450166]), tolerance: 1e-6))
    // The same as logits of each label.
    let differences = Tensor([1.0, -0.5, 0.2], shape: [1, 3])
    expect(labels(balanced, .differences).performance(differences), 0.633686, 0.474685)
  }

  @Test func labelsAgainstABackground() {
    // q_present = .622459, .425557, .475021.
    let logits = -Tensor([0.9, 0.4, 1.2, 1.0], shape: [1, 4])
    let found = labels(nil, .shared).performance(logits)
    expect(found, (0.622459 + 0.574443 + 0.524979) / 3, 0.557610)
  }

  // MARK: What blocks and depths count for

  /// s (.5, .3), L (.8, 1.4).
  @Test func participationAndDiscrepancy() {
    let scores = [Tensor(0.5), Tensor(0.3)]
    let participation = AIMEquations.participation(scores)
    #expect(isClose(participation, Tensor([0.450166, 0.549834]), tolerance: 1e-6))
    #expect(abs(AIMEquations.discrepancy(scores).item() - 0.25) < 1e-12)
    let loss = AIMEquations.depthLoss(participation, [Tensor(0.8), Tensor(1.4)])
    #expect(abs(loss.item() - 1.129900) < 1e-6)
  }
}

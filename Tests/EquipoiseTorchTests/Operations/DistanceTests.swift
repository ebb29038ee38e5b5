// SPDX-License-Identifier: Apache-2.0
import Testing
import EquipoiseTorch

/// Distances against differences taken element by element in double precision.
struct DistanceTests {
  /// Rows that lie how far from 0, and how far from their prototypes.
  struct Rows: Sendable, CustomTestStringConvertible {
    let width: Int
    let offset: Double
    /// What is added to a prototype to make a row; 0 makes it equal.
    let nearness: [Double]
    var testDescription: String { "width \(width), about \(offset), \(nearness) apart" }

    /// Five prototypes, and for each nearness a row beside every one of them.
    func made(_ dtype: DType) -> (rows: Tensor, prototypes: Tensor) {
      let generator = Generator(seed: 7)
      let prototypes = (Tensor.normal([5, width], from: generator) + offset).to(dtype)
      let rows = nearness.map {
        (prototypes.to(.float64) + Tensor.normal([5, width], dtype: .float64, from: generator) * $0)
          .to(dtype)
      }
      return (.concatenated(rows, dimension: 0), prototypes)
    }
  }

  static let rows = [
    Rows(width: 4, offset: 0, nearness: [0, 1e-7, 1e-5, 1e-3, 0.1, 1, 10]),
    Rows(width: 1, offset: 1, nearness: [0, 1e-6, 1]),
    Rows(width: 300, offset: 0, nearness: [0, 1e-6, 1e-4, 1e-2, 1]),
    Rows(width: 300, offset: 1000, nearness: [0, 1e-3, 0.1, 1]),
    Rows(width: 20_000, offset: 0.5, nearness: [0, 1e-4, 1]),
  ]

  /// An eighth of what rounding may leave of δ², as a share of ‖a‖² + ‖b‖²: ε for a few terms, and more
  /// for long sums.
  private func epsilon(_ width: Int) -> Double {
    let (width, length) = (Double(width), Double(min(width, 2048)))
    return 0x1p-52 * (8 + 2 * length.squareRoot() + 2 * (width / length).squareRoot()) / 8
  }

  @Test(arguments: rows, [DType.float32, .float64])
  func equalExactDifferences(_ rows: Rows, dtype: DType) throws {
    let (rows, prototypes) = rows.made(dtype)
    let found = rows.distances(to: prototypes)
    #expect(found.dtype == dtype && found.shape == [rows.size(0), 5])
    let exact = Exact(rows, prototypes)
    let rounding = dtype == .float32 ? 0x1p-24 : 0x1p-52
    for (index, distance) in found.array(of: Double.self).enumerated() {
      let (truth, size) = (exact.distances[index], exact.sizes[index])
      // What rounding may hide of δ² makes rows equal; above, half of δ²'s error over δ.
      let square = 8 * epsilon(rows.size(1)) * size
      let hidden = truth * truth <= 2 * square
      let allowed = 2 * rounding * truth + (hidden ? truth : square / (2 * truth))
      #expect(abs(distance - truth) <= allowed, "\(distance) is not \(truth)")
      if truth == 0 { #expect(distance == 0) }
    }
  }

  @Test(arguments: rows, [DType.float32, .float64])
  func gradientsEqualExactDifferences(_ rows: Rows, dtype: DType) throws {
    let made = rows.made(dtype)
    let (rows, prototypes) = (made.rows.asLeaf(), made.prototypes.asLeaf())
    let seed = Tensor.normal([rows.size(0), 5], from: Generator(seed: 3)).to(dtype)
    let distances = rows.distances(to: prototypes)
    let found = gradients(of: [distances], withRespectTo: [rows, prototypes], seeds: [seed])
    let exact = Exact(made.rows, made.prototypes)
    let truth = exact.gradients(seed)
    let allowed = exact.gradientErrors(
      seed, epsilon(rows.size(1)), dtype == .float32 ? 0x1p-23 : 0x1p-51)
    for (gradient, (truth, allowed)) in zip(found, zip(truth, allowed)) {
      let gradient = try #require(gradient)
      #expect(gradient.dtype == dtype)
      let excess = (gradient.to(.float64) - truth).magnitude().maximum(over: [1]) - allowed
      #expect(excess.maximum(over: [0]).item() <= 0)
    }
  }

  /// Equal rows are at 0 whatever the processor's products leave of them, at every width.
  @Test(arguments: [3, 8, 17, 64, 255, 1000, 4096, 50_000])
  func equalRowsHaveNoDistanceAndNoSlope(_ width: Int) throws {
    let generator = Generator(seed: UInt64(width))
    let prototypes = Tensor.normal([6, width], from: generator)
    let unit = prototypes / (prototypes * prototypes).sum(over: [1], keeping: true).squareRoot()
    let rows = Tensor.concatenated([unit, unit], dimension: 0).asLeaf()
    let own = Tensor.concatenated([Tensor.identity(6), Tensor.identity(6)], dimension: 0)
    let distances = rows.distances(to: unit)
    #expect((distances * own).sum().item() == 0)
    #expect(distances.array(of: Float.self).filter { $0 == 0 }.count == 12)
    let slope = gradients(of: [(distances * own).sum()], withRespectTo: [rows])[0]
    #expect(try #require(slope).magnitude().sum().item() == 0)
  }

  @Test func zeroRowsAreEqual() {
    let rows = Tensor.zeros([2, 7])
    #expect(rows.distances(to: .zeros([3, 7])).floats() == [Float](repeating: 0, count: 6))
  }

  @Test func whatIsNotANumberStaysSo() throws {
    let rows = Tensor([0, Float.nan, 1, 2], shape: [2, 2]).asLeaf()
    let distances = rows.distances(to: Tensor([1, 2] as [Float], shape: [1, 2]))
    #expect(distances.floats()[0].isNaN && distances.floats()[1] == 0)
    let slope = try #require(gradients(of: [distances.sum()], withRespectTo: [rows])[0]).floats()
    #expect(slope[0].isNaN && slope[2] == 0)
  }

  /// Convolutional outputs may lie with their channels innermost.
  @Test func layoutDoesNotMatter() {
    let generator = Generator(seed: 1)
    let (rows, prototypes) = (
      Tensor.normal([9, 4], from: generator), Tensor.normal([9, 3], from: generator)
    )
    let turned = rows.transposed(0, 1).distances(to: prototypes.transposed(0, 1))
    let dense = rows.transposed(0, 1).contiguous()
      .distances(to: prototypes.transposed(0, 1).contiguous())
    expectClose(turned, dense, tolerance: 1e-6)
  }

  @Test func autocastKeepsThePrecision() {
    let (rows, prototypes) = Self.rows[2].made(.float32)
    let plain = rows.distances(to: prototypes)
    withAutocast(to: .bfloat16, on: .cpu) {
      expectIdentical(rows.distances(to: prototypes), plain)
    }
  }

  @Test func multiplyAddsAreThoseOfTheProduct() {
    let count = MultiplyAdds.count { _ = Tensor.ones([4, 7]).distances(to: .ones([3, 7])) }
    #expect(count == 4 * 7 * 3)
  }
}

/// Distances and gradients from differences, in double precision.
private struct Exact {
  private let differences: Tensor
  private let matrix: Tensor
  /// ‖a‖² + ‖b‖² about the prototypes' mean.
  private let squares: Tensor

  init(_ rows: Tensor, _ prototypes: Tensor) {
    let (a, b) = (rows.to(.float64), prototypes.to(.float64))
    differences = a.unsqueezed(1) - b.unsqueezed(0)
    matrix = (differences * differences).sum(over: [2]).squareRoot()
    let centre = b.mean(over: [0], keeping: true)
    squares =
      (a - centre).power(2).sum(over: [1], keeping: true) + (b - centre).power(2).sum(over: [1])
  }

  var distances: [Double] { matrix.array(of: Double.self) }
  var sizes: [Double] { squares.array(of: Double.self) }

  /// Σ over the others of seed · (a − b) / δ, for rows and prototypes; nothing where δ = 0.
  func gradients(_ seed: Tensor) -> [Tensor] {
    let weights = weights(seed).unsqueezed(2)
    return [(differences * weights).sum(over: [1]), -(differences * weights).sum(over: [0])]
  }

  /// How far each row's and each prototype's gradient may be off: |seed| times the rounding of the
  /// result, of δ² and of the sums, whose terms have the size ‖a‖ / δ; all of it where rounding may hide δ².
  func gradientErrors(_ seed: Tensor, _ epsilon: Double, _ rounding: Double) -> [Tensor] {
    let isFar = matrix.greater(than: 0)
    let apart = matrix.selected(where: isFar, else: .ones([], dtype: .float64))
    let share = squares * epsilon / (apart * apart)
    let relative =
      Tensor.ones([], dtype: .float64)
      .selected(
        where: share.greater(than: 1.0 / 16),
        else: share * 4 + squares.squareRoot() / apart * (8 * epsilon) + rounding * 4)
    let errors =
      seed.to(.float64).magnitude()
      * relative.selected(where: isFar, else: .zeros([], dtype: .float64))
    return [errors.sum(over: [1]), errors.sum(over: [0])].map { $0 + 1e-300 }
  }

  private func weights(_ seed: Tensor) -> Tensor {
    let isFar = matrix.greater(than: 0)
    let apart = matrix.selected(where: isFar, else: .ones([], dtype: .float64))
    return (seed.to(.float64) / apart).selected(where: isFar, else: .zeros([], dtype: .float64))
  }
}

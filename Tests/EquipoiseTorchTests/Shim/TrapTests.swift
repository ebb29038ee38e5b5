// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import EquipoiseTorch

/// A programmer's mistake ends the process and names the operation and the shapes.
struct TrapTests {
  @Test func linear() async throws {
    let result = try #require(
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        dieQuickly()
        _ = Linear(5, 3, from: Generator(seed: 1))(Tensor.ones([2, 4]), .evaluation)
      })
    expectMessage(result, ["aten::linear", "float32[2, 4]", "float32[3, 5]"])
  }

  @Test func convolution() async throws {
    let result = try #require(
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        dieQuickly()
        _ = Conv2d(3, 4, kernel: 3, from: Generator(seed: 1))(.ones([1, 2, 8, 8]), .evaluation)
      })
    expectMessage(result, ["aten::conv2d", "float32[1, 2, 8, 8]", "float32[4, 3, 3, 3]"])
  }

  @Test func batchOfOne() async throws {
    let result = try #require(
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        dieQuickly()
        _ = BatchNorm(3)(.ones([1, 3]), .training())
      })
    expectMessage(result, ["batch_norm", "more than one value per channel", "[1, 3]"])
  }

  @Test func attention() async throws {
    let result = try #require(
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        dieQuickly()
        _ = MultiHeadAttention(8, heads: 3, from: Generator(seed: 1))
      })
    expectMessage(result, ["attention", "3 heads over width 8"])
  }

  @Test func unknownParameterName() async throws {
    let result = try #require(
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        dieQuickly()
        let layer = Linear(1, 1, from: Generator(seed: 1))
        withParameters(["wieght": .ones([1, 1])], of: layer) {}
      })
    expectMessage(result, ["withParameters", "'wieght'", "Linear"])
  }

  @Test func substituteOfAnotherShape() async throws {
    let result = try #require(
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        dieQuickly()
        let layer = Linear(1, 1, from: Generator(seed: 1))
        withParameters(["weight": .ones([2, 1])], of: layer) {}
      })
    expectMessage(result, ["substitute", "[2, 1]", "[1, 1]"])
  }

  @Test func gradientOfAnotherShape() async throws {
    let result = try #require(
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        dieQuickly()
        let parameter = Parameter(.ones([2, 2]))
        SGD([("w", parameter)], learningRate: 1).step(gradients: [.ones([2])])
      })
    expectMessage(result, ["optimiser", "float32[2]", "w", "float32[2, 2]"])
  }

  @Test func movedUnderAnOptimiser() async throws {
    let result = try #require(
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        dieQuickly()
        let layer = Linear(1, 1, bias: false, from: Generator(seed: 1))
        let optimiser = SGD(layer.namedParameters, learningRate: 1)
        layer.move(to: .cpu, dtype: .float64)
        optimiser.step(gradients: [.ones([1, 1], dtype: .float64)])
      })
    expectMessage(result, ["optimiser", "weight", "moved after"])
  }

  @Test func aParameterWithGaps() async throws {
    let result = try #require(
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        dieQuickly()
        let parameter = Parameter(Tensor.ones([4, 4]).slice(0..<2, dimension: 1))
        _ = SGD([("w", parameter)], learningRate: 1)
      })
    expectMessage(result, ["optimiser", "w [4, 2]", "gaps"])
  }

  private func expectMessage(
    _ result: ExitTest.Result, _ parts: [String],
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let message = String(decoding: result.standardErrorContent, as: UTF8.self)
    for part in parts {
      #expect(message.contains(part), "\(message)", sourceLocation: sourceLocation)
    }
  }
}

/// Lets the process end without the backtrace that Swift writes for seconds.
private func dieQuickly() {
  for number in [SIGILL, SIGTRAP, SIGABRT] { signal(number, SIG_DFL) }
}

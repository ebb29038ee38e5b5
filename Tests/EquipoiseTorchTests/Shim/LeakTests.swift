// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import EquipoiseTorch

#if os(Linux)
  /// Each in a process of its own, where no other test allocates.
  struct LeakTests {
    @Test func operations() async {
      await #expect(processExitsWith: .success) {
        Runtime.threads = 1
        let x = Tensor.ones([4, 4]).asLeaf()
        let stream = Generator(seed: 1)
        expectNoGrowth(rounds: 25_000) {
          // 8 operations, those of autograd not counted.
          let parts = (x.matmul(x) + 1).split([2, 2], dimension: 0)
          let loss = Tensor.concatenated(parts, dimension: 1).relu().sum()
          _ = gradients(of: [loss], withRespectTo: [x])
          _ = Tensor.uniform([3], from: stream).floats()
        }
      }
    }

    @Test func trainingSteps() async {
      await #expect(processExitsWith: .success) {
        Runtime.threads = 1
        let stream = Generator(seed: 1)
        let model = Sequential([Linear(4, 4, from: stream), BatchNorm(4), Dropout(0.5)])
        let adam = Adam(model.namedParameters, learningRate: 0.01)
        let leaves = model.parameters.map(\.leaf)
        let input = Tensor.normal([8, 4], from: stream)
        expectNoGrowth(rounds: 3000) {
          let loss = withAutocast(to: .bfloat16, on: .cpu) {
            model(input, .training(dropout: stream)).sum()
          }
          var found = gradients(of: [loss], withRespectTo: leaves)
          GradientClipping.clip(&found, maxNorm: 1)
          adam.step(gradients: found)
          stream.state = stream.state
        }
      }
    }
  }

  /// Runs `body` a tenth of the rounds to warm up and then all of them; ends the process with failure
  /// when memory grows by 1 MB or more.
  private func expectNoGrowth(rounds: Int, _ body: () -> Void) {
    for _ in 0..<rounds / 10 { body() }
    // The first look loads what it needs itself.
    _ = residentBytes()
    let before = residentBytes()
    for _ in 0..<rounds { body() }
    let growth = residentBytes() - before
    if growth >= 1 << 20 { exit(EXIT_FAILURE) }
  }

  private func residentBytes() -> Int {
    let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
    let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? .max / 8192
    return pages * sysconf(Int32(_SC_PAGESIZE))
  }
#endif

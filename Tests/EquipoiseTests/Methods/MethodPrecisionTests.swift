import Testing

@testable import Equipoise

/// Every method trains in bfloat16 and with channels innermost too, and of every fusion it takes.
struct MethodPrecisionTests {
  private static let names = MethodRegistry.all.map { $0.name }.filter { $0 != "unimodal" }

  @Test(arguments: names, [FusionKind.concatenation, .gated])
  func trainsInHalfPrecision(name: String, fusion: FusionKind) throws {
    let tiny = try TinyRun()
    tiny.configuration.method.name = name
    tiny.configuration.model.fusion = name == "mmcosine" ? .cosine : fusion
    tiny.configuration.training.precision = .bf16
    tiny.configuration.training.channelsLast = true
    // Some methods act from the seventh epoch on.
    tiny.configuration.training.epochs = 8
    tiny.configuration.training.optimiser.learningRate = 0.01
    guard case .finished(let result) = try tiny.train("run") else {
      Issue.record("the run did not finish")
      return
    }
    #expect(result.steps == 32)
  }
}

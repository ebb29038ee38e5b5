// SPDX-License-Identifier: Apache-2.0
import EquipoiseTorch
import Testing

/// Against torch.optim.swa_utils (References/torch_averages.py), in double precision.
struct AveragedParametersTests {
  private static let rules: [(String, AveragedParameters.Rule)] = [
    ("ema", .moving(decay: 0.8)), ("swa", .mean),
  ]
  private static let names = ["0.weight", "0.bias", "1.weight", "1.bias"]

  @Test(arguments: rules) func equalsPyTorch(
    _ label: String, _ rule: AveragedParameters.Rule
  ) throws {
    let golden = try Golden("averages")
    let parameters = try Self.names.map { Parameter(try golden("weights.0/\($0)").zerosLike()) }
    let average = AveragedParameters(parameters, rule)
    for step in 0..<6 {
      for (name, parameter) in zip(Self.names, parameters) {
        parameter.assign(try golden("weights.\(step)/\(name)"))
      }
      average.update()
      #expect(average.count == step + 1)
      for (name, value) in zip(Self.names, average.values) {
        expectClose(value, try golden("\(label).\(step)/\(name)"), tolerance: 1e-14, name)
      }
    }
    // The parameters themselves stay.
    expectIdentical(parameters[0].leaf.detached(), try golden("weights.5/0.weight"))
  }
}

// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseTorch

/// Linear layers on every position of a sequence [L, C]; the feature is their mean over positions.
final class TokenEncoder: ModalityEncoder {
  private let first: Linear
  private let second: Linear
  let featureWidth: Int

  init(channels: Int, width: Int, from generator: Generator) {
    first = Linear(channels, width, from: generator)
    second = Linear(width, width, from: generator)
    featureWidth = width
  }

  var blocks: [EncoderBlock] {
    [("first", first), ("second", second)].map { name, layer in
      EncoderBlock(name, parts: [(name, layer)]) { x, mode in layer(x, mode).relu() }
    }
  }

  var channelAxis: Int { 2 }
  var summary: String { "tokens, width \(featureWidth)" }
  func validate(shape: [Int], of modality: String) throws {}
  func prepare(_ input: Tensor) -> Tensor { input }
  func pool(_ last: Tensor, samples: Int) -> Tensor { last.mean(over: [1]) }
}

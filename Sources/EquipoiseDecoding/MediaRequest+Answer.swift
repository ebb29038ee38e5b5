// SPDX-License-Identifier: Apache-2.0
import EquipoiseKit
import EquipoiseMedia
import EquipoiseFormats

extension MediaRequest {
  /// Has a decoder do it.
  func answer(by decoder: some MediaDecoding) -> (MediaAnswer, [HostArray]) {
    do {
      switch self {
      case .describe(let file):
        return (MediaAnswer(description: try decoder.describe(file)), [])
      case .sound(let file, let rate, let limit):
        return answer(try decoder.sound(file, sampleRate: rate, atMost: limit))
      case .frameTimes(let file):
        return (MediaAnswer(times: try decoder.frameTimes(file)), [])
      case .frames(let file, let times): return answer(try decoder.frames(file, at: times))
      case .picture(let file): return answer(try decoder.picture(file))
      }
    } catch let error as EquipoiseError {
      return (MediaAnswer(failure: .init(error)), [])
    } catch {
      return (MediaAnswer(failure: .init(EquipoiseError.media(file, "\(error)"))), [])
    }
  }

  private func answer(_ media: DecodedMedia) -> (MediaAnswer, [HostArray]) {
    var (answer, arrays) = answer([media.array])
    answer.warnings = media.warnings
    return (answer, arrays)
  }

  private func answer(_ arrays: [HostArray]) -> (MediaAnswer, [HostArray]) {
    (MediaAnswer(arrays: arrays.map { .init($0) }), arrays)
  }
}

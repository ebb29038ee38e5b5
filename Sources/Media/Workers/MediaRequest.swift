import Equipoise
import Formats
import Foundation

/// What a worker is asked: one call of the decoder.
enum MediaRequest: Codable {
  case describe(file: String)
  case sound(file: String, sampleRate: Int, limit: Int?)
  case frameTimes(file: String)
  case frames(file: String, times: [Double])
  case picture(file: String)

  /// The file that it is about.
  var file: String {
    switch self {
    case .describe(let file), .sound(let file, _, _), .frameTimes(let file), .frames(let file, _),
      .picture(let file):
      file
    }
  }

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
    (MediaAnswer(arrays: arrays.map { .init(type: $0.type, shape: $0.shape) }), arrays)
  }
}

/// A request as it travels; the file's descriptor follows.
struct MediaOrder: Codable {
  var request: MediaRequest
  var identity: InputFile.Identity
}

/// What a worker says before the bytes of the arrays.
struct MediaAnswer: Codable {
  /// An array whose bytes follow.
  struct Array: Codable {
    var type: ElementType
    var shape: [Int]
  }

  /// An `EquipoiseError`.
  struct Failure: Codable {
    var kind: String
    var what: String
    var place: String?
    var remedy: String?

    init(_ error: EquipoiseError) {
      (kind, what) = (error.kind.rawValue, error.what)
      (place, remedy) = (error.place, error.remedy)
    }

    var error: EquipoiseError {
      EquipoiseError(.init(rawValue: kind) ?? .data, what, at: place, fix: remedy)
    }
  }

  var description: MediaDescription?
  var arrays: [Array]?
  var times: [Double]?
  var warnings: [String]?
  var failure: Failure?
}

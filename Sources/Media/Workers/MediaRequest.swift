import Equipoise
import Formats
import Foundation

/// What a worker is asked: one call of the decoder.
enum MediaRequest: Codable {
  case describe(file: String)
  case audio(file: String, sampleRate: Int)
  case frames(file: String, times: [Double])
  case image(file: String)

  /// The file that it is about.
  var file: String {
    switch self {
    case .describe(let file), .audio(let file, _), .frames(let file, _), .image(let file): file
    }
  }

  /// Has a decoder do it.
  func answer(by decoder: some MediaDecoding) -> (MediaAnswer, [HostArray]) {
    do {
      switch self {
      case .describe(let file):
        return (MediaAnswer(description: try decoder.describe(file)), [])
      case .audio(let file, let rate): return answer([try decoder.audio(file, sampleRate: rate)])
      case .frames(let file, let times): return answer(try decoder.frames(file, at: times))
      case .image(let file): return answer([try decoder.image(file)])
      }
    } catch let error as EquipoiseError {
      return (MediaAnswer(failure: .init(error)), [])
    } catch {
      return (MediaAnswer(failure: .init(EquipoiseError.media(file, "\(error)"))), [])
    }
  }

  private func answer(_ arrays: [HostArray]) -> (MediaAnswer, [HostArray]) {
    (MediaAnswer(arrays: arrays.map { .init(type: $0.type, shape: $0.shape) }), arrays)
  }
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
  var failure: Failure?
}

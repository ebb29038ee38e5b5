// SPDX-License-Identifier: Apache-2.0
package import EquipoiseKit
package import EquipoiseFormats
internal import Foundation

/// What a decoder is asked: one call of the decoder.
package enum MediaRequest: Codable {
  case describe(file: String)
  case sound(file: String, sampleRate: Int, limit: Int?)
  case frameTimes(file: String)
  case frames(file: String, times: [Double])
  case picture(file: String)

  /// The file that it is about.
  package var file: String {
    switch self {
    case .describe(let file), .sound(let file, _, _), .frameTimes(let file), .frames(let file, _),
      .picture(let file):
      file
    }
  }
}

/// A request as it travels; the file's descriptor follows.
package struct MediaOrder: Codable {
  package var request: MediaRequest
  package var identity: InputFile.Identity

  package init(request: MediaRequest, identity: InputFile.Identity) {
    (self.request, self.identity) = (request, identity)
  }
}

/// What a decoder says before the bytes of the arrays.
package struct MediaAnswer: Codable {
  /// An array whose bytes follow.
  package struct Array: Codable {
    package var type: ElementType
    package var shape: [Int]

    package init(_ array: HostArray) { (type, shape) = (array.type, array.shape) }
  }

  /// An `EquipoiseError`.
  package struct Failure: Codable {
    var kind: String
    var what: String
    var place: String?
    var remedy: String?

    package init(_ error: EquipoiseError) {
      (kind, what) = (error.kind.rawValue, error.what)
      (place, remedy) = (error.place, error.remedy)
    }

    package var error: EquipoiseError {
      EquipoiseError(.init(rawValue: kind) ?? .data, what, at: place, fix: remedy)
    }
  }

  package var description: MediaDescription?
  package var arrays: [Array]?
  package var times: [Double]?
  package var warnings: [String]?
  package var failure: Failure?

  package init(
    description: MediaDescription? = nil, arrays: [Array]? = nil, times: [Double]? = nil,
    warnings: [String]? = nil, failure: Failure? = nil
  ) {
    (self.description, self.arrays, self.times) = (description, arrays, times)
    (self.warnings, self.failure) = (warnings, failure)
  }
}

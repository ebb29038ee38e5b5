// SPDX-License-Identifier: Apache-2.0
public import EquipoiseKit

/// How a recording comes to the number of samples from which features are taken.
public enum WaveformFit: Hashable, Sendable {
  /// As it is.
  case whole
  /// So many samples: repeated from its start where it is shorter, cut where it is longer.
  case tiled(Int)
  /// So many samples from a random place in its first `from` samples, to which it is first repeated
  /// where it is shorter.
  case excerpt(Int, from: Int)

  /// How many samples from a recording's start are used at most; nil uses all.
  package var used: Int? {
    switch self {
    case .whole: nil
    case .tiled(let count), .excerpt(_, let count): count
    }
  }

  /// Fits a recording.
  ///
  /// - Parameters:
  ///   - samples: the recording, at least one sample.
  ///   - stream: draws the place of an excerpt, and nothing else.
  /// - Returns: the samples of the result.
  public func callAsFunction(_ samples: [Float], _ stream: inout RandomStream) -> [Float] {
    switch self {
    case .whole: return samples
    case .tiled(let count): return Self.cyclic(samples, from: 0, count)
    case .excerpt(let count, let from):
      precondition(count <= from, "WaveformFit: \(count) samples out of \(from)")
      return Self.cyclic(samples, from: stream.integer(below: from - count + 1), count)
    }
  }

  private static func cyclic(_ samples: [Float], from start: Int, _ count: Int) -> [Float] {
    (start..<start + count).map { samples[$0 % samples.count] }
  }
}

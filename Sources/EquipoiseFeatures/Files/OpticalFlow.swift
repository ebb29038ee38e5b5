// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseFormats

/// Finds the motion from one frame to the next. This library has no such search of its own, so that it
/// builds without OpenCV: the target `Motion` gives one.
public protocol OpticalFlow: Sendable {
  /// What it is called in files, such as `dis-medium`: another search has another name.
  var name: String { get }

  /// Motion from one frame to the next.
  ///
  /// - Parameters:
  ///   - first: uint8 [rows, columns, 3], red first.
  ///   - second: the frame after it, likewise.
  ///   - name: the clip's name, for the error.
  /// - Returns: float32 [2, rows, columns]: across and down, in pixels.
  /// - Throws: `EquipoiseError` for frames of different or unfit sizes.
  func callAsFunction(
    from first: HostArray, to second: HostArray, of name: String
  ) throws -> HostArray
}

/// Motion as bytes, as two-stream networks store it: −bound…bound becomes 0…255, beyond it the ends.
public struct FlowLevels: Codable, Hashable, Sendable {
  // The names of the format.
  private enum CodingKeys: String, CodingKey { case bound }

  /// The greatest motion that is told apart, in pixels.
  public let bound: Double

  /// Levels up to `bound` pixels, which is 20 in most published data.
  public init(bound: Double = 20) {
    precondition(bound > 0, "FlowLevels up to \(bound)")
    self.bound = bound
  }

  /// The levels, halves rounded to even as OpenCV does; no motion is 128.
  public func callAsFunction(_ flow: HostArray) -> HostArray {
    let levels = flow.floats().map { motion in
      let share = (Double(motion) + bound) / (2 * bound)
      return UInt8((255 * min(1, max(0, share))).rounded(.toNearestOrEven))
    }
    return HostArray(uint8s: levels, shape: flow.shape)
  }
}

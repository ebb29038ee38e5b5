// SPDX-License-Identifier: Apache-2.0
private import CEquipoiseMotion
public import Equipoise
public import EquipoiseFormats

/// OpenCV's dense inverse search (Kroeger et al., ECCV 2016). It runs on one thread; clips can be
/// prepared side by side. Versions of OpenCV differ in the refinement by tenths of a pixel.
public struct DISFlow: OpticalFlow {
  /// How exact.
  public enum Preset: String, Sendable {
    /// Finest scale a quarter of the image.
    case ultraFast
    /// The same with more iterations.
    case fast
    /// Finest scale half of the image.
    case medium
  }

  /// What it is called in files.
  public var name: String {
    switch preset {
    case .ultraFast: "dis-ultrafast"
    case .fast: "dis-fast"
    case .medium: "dis-medium"
    }
  }

  /// Rows and columns below which the search has no scale to work on.
  private static let leastSide = 16
  private let preset: Preset

  /// A search.
  ///
  /// - Parameter preset: how exact.
  public init(_ preset: Preset = .medium) { self.preset = preset }

  /// Motion from one frame to the next: float32 [2, rows, columns].
  public func callAsFunction(
    from first: HostArray, to second: HostArray, of name: String
  ) throws -> HostArray {
    guard first.shape == second.shape, first.shape.count == 3, first.shape[2] == 3,
      first.type == .uint8, second.type == .uint8
    else {
      throw EquipoiseError(
        .data, "\(first) and \(second) are not two frames of one video", at: name,
        fix: "give uint8 rows of columns of red, green and blue")
    }
    let (rows, columns) = (first.shape[0], first.shape[1])
    guard (Self.leastSide...1 << 14).contains(rows), (Self.leastSide...1 << 14).contains(columns)
    else {
      throw EquipoiseError(
        .data, "frames of \(rows) × \(columns) pixels are too small or too large for optical flow",
        at: name, fix: "give frames of \(Self.leastSide) to \(1 << 14) pixels in both directions")
    }
    return try search(first, second, rows, columns, name)
  }

  private func search(
    _ first: HostArray, _ second: HostArray, _ rows: Int, _ columns: Int, _ name: String
  ) throws -> HostArray {
    var flow = [Float](repeating: 0, count: rows * columns * 2)
    var message = [CChar](repeating: 0, count: 512)
    let status = first.withUnsafeBytes { first in
      second.withUnsafeBytes { second in
        cm_dis(
          first.bindMemory(to: UInt8.self).baseAddress,
          second.bindMemory(to: UInt8.self).baseAddress, Int32(rows), Int32(columns),
          Int32(number.rawValue), &flow, &message, Int32(message.count))
      }
    }
    guard status == 0 else {
      let reason = String(
        decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      throw EquipoiseError(
        .data, "OpenCV cannot find the motion: \(reason)", at: name, fix: "leave the clip out")
    }
    let planes = (0..<2).flatMap { axis in
      stride(from: axis, to: flow.count, by: 2).map { flow[$0] }
    }
    return HostArray(floats: planes, shape: [2, rows, columns])
  }

  private var number: CMPreset {
    switch preset {
    case .ultraFast: CMPresetUltraFast
    case .fast: CMPresetFast
    case .medium: CMPresetMedium
    }
  }
}

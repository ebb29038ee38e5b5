// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import EquipoiseTorch

/// Tensors that a script in References has written.
struct Golden {
  private let file: TensorFile

  init(_ name: String) throws { file = try TensorFile(path: Self.path(name)) }

  /// The file itself.
  static func path(_ name: String) throws -> String {
    try #require(
      Bundle.module.url(forResource: "Goldens/\(name)", withExtension: "safetensors")
    ).path
  }

  var names: [String] { file.names }

  func callAsFunction(_ name: String) throws -> Tensor { try file.tensor(name) }

  /// Tensors whose names start with `prefix`, by the rest of their names.
  func under(_ prefix: String) throws -> [String: Tensor] {
    let names = file.names.filter { $0.hasPrefix(prefix) }
    return try Dictionary(
      uniqueKeysWithValues: names.map { (String($0.dropFirst(prefix.count)), try file.tensor($0)) })
  }
}

/// A precision to test in, with the error it may have relative to the largest number of a tensor.
struct Precision: CustomTestStringConvertible, Sendable {
  let dtype: DType
  let tolerance: Double

  static let all = [
    Precision(dtype: .float64, tolerance: 1e-10), Precision(dtype: .float32, tolerance: 1e-5),
  ]

  var testDescription: String { "\(dtype)" }
}

/// Checks that shapes are equal and numbers differ by at most `tolerance` times the largest.
func expectClose(
  _ actual: Tensor?, _ expected: Tensor, tolerance: Double, _ what: String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  guard let actual else {
    Issue.record("\(what): no tensor", sourceLocation: sourceLocation)
    return
  }
  #expect(actual.shape == expected.shape, "\(what)", sourceLocation: sourceLocation)
  guard actual.shape == expected.shape else { return }
  let (a, b) = (actual.array(of: Double.self), expected.array(of: Double.self))
  let scale = b.reduce(0) { max($0, abs($1)) }
  // NaN is never small enough.
  let bad = zip(a, b).enumerated().first { !(abs($1.0 - $1.1) <= tolerance * scale) }
  if let bad {
    Issue.record(
      "\(what): element \(bad.offset) is \(bad.element.0), not \(bad.element.1) (scale \(scale))",
      sourceLocation: sourceLocation)
  }
}

/// Checks that every bit is equal.
func expectIdentical(
  _ actual: Tensor, _ expected: Tensor, _ what: String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(
    actual.dtype == expected.dtype && actual.shape == expected.shape
      && actual.bytes == expected.bytes,
    "\(what)", sourceLocation: sourceLocation)
}

extension Tensor {
  /// The elements' bytes in row-major order.
  var bytes: [UInt8] { withUnsafeBytes { Array($0) } }

  var doubles: [Double] { array(of: Double.self) }
}

/// Calls `body` with a new folder that is removed afterwards.
func withTemporaryFolder<R>(_ body: (String) throws -> R) throws -> R {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("equipoise-" + UUID().uuidString)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder.path)
}

// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import EquipoiseTorch

/// One case of the tensors that References/models.py has written, for computing in double
/// precision. The file holds them rounded to single precision.
struct ModelGolden {
  private let file: TensorFile
  private let name: String

  init(_ name: String) throws {
    let url = Bundle.module.url(forResource: "Goldens/models", withExtension: "safetensors")
    file = try TensorFile(path: try #require(url).path)
    self.name = name
  }

  /// A tensor of this case.
  func callAsFunction(_ what: String) throws -> Tensor {
    let tensor = try file.tensor("\(name)/\(what)")
    return tensor.dtype == .float32 ? tensor.to(.float64) : tensor
  }

  /// The tensors `prefix.NAME` by NAME.
  func under(_ prefix: String) throws -> [String: Tensor] {
    let start = "\(name)/\(prefix)."
    return try Dictionary(
      uniqueKeysWithValues: file.names.filter { $0.hasPrefix(start) }
        .map {
          (
            $0.dropFirst(start.count).description,
            try self($0.dropFirst(name.count + 1).description)
          )
        })
  }

  /// Gives a module this case's parameters and buffers, which must have the same names.
  func load(into module: some Module) throws {
    try module.load(try under("state"), source: name)
    module.move(to: .cpu, dtype: .float64)
  }

  /// Checks a tensor against the golden one.
  func expect(
    _ actual: Tensor?, is what: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let actual = try #require(actual, "no \(what)", sourceLocation: sourceLocation)
    let expected = try self(what)
    // Single precision rounds by 6e-8.
    #expect(
      isClose(actual, expected, tolerance: 2e-7), "\(name)/\(what)",
      sourceLocation: sourceLocation)
  }
}

/// Whether shapes agree and numbers differ by at most `tolerance` times the largest, or by less than
/// what rounding leaves of a sum that is zero (the gradient of a bias before normalisation).
func isClose(_ a: Tensor, _ b: Tensor, tolerance: Double) -> Bool {
  guard a.shape == b.shape else { return false }
  let (x, y) = (a.array(of: Double.self), b.array(of: Double.self))
  let scale = y.reduce(0) { max($0, abs($1)) }
  return zip(x, y).allSatisfy { abs($0 - $1) <= max(tolerance * scale, 1e-13) }
}

/// Whether shapes and every number agree.
func isEqual(_ a: Tensor, _ b: Tensor) -> Bool {
  a.shape == b.shape && a.array(of: Double.self) == b.array(of: Double.self)
}

// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import EquipoiseTorch
import Foundation
import Testing

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

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import EquipoiseTorch

/// What a network is made of, in order, under the names of the reference's files.
struct Parts {
  /// Modules, parameters and buffers by name.
  private(set) var list: [(name: String, part: Any)] = []
  /// Nothing is drawn: files hold all numbers.
  private let generator = Generator(seed: 0)

  /// x Wᵀ + b.
  mutating func linear(_ name: String, _ given: Int, _ wanted: Int, bias: Bool = true) -> Linear {
    add(name, Linear(given, wanted, bias: bias, initializer: .zeros, from: generator))
  }

  /// Normalisation over the last dimension.
  mutating func norm(_ name: String, _ size: Int, _ epsilon: Double) -> LayerNorm {
    add(name, LayerNorm(size, epsilon: epsilon))
  }

  /// A table of vectors.
  mutating func table(_ name: String, _ count: Int, _ width: Int) -> Embedding {
    add(name, Embedding(count, width, initializer: .zeros, from: generator))
  }

  /// Numbers of a shape.
  mutating func parameter(_ name: String, _ shape: [Int]) -> Parameter {
    add(name, Parameter(.zeros(shape)))
  }

  /// A part that is made already.
  mutating func add<Part>(_ name: String, _ part: Part) -> Part {
    list.append((name, part))
    return part
  }

  /// The parts as children of a module.
  func mirror(of subject: some Module) -> Mirror {
    Mirror(subject, children: list.map { ($0.name as String?, $0.part) })
  }
}

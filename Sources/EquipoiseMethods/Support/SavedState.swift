// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
package import EquipoiseTorch

/// A method's part of a checkpoint, read back.
package struct SavedState {
  private let tensors: [String: Tensor]

  package init(_ tensors: [String: Tensor]) { self.tensors = tensors }

  /// Whether the method had any state when it was saved.
  var isEmpty: Bool { tensors.isEmpty }

  /// Whether a tensor was saved under this name.
  func has(_ name: String) -> Bool { tensors[name] != nil }

  /// A tensor by name.
  ///
  /// - Parameters:
  ///   - name: as the method's state names it.
  ///   - shape: what it must have.
  /// - Returns: the tensor, on the CPU.
  /// - Throws: `EquipoiseError` when it is missing or has another shape.
  package func tensor(_ name: String, shape: [Int]) throws -> Tensor {
    guard let tensor = tensors[name] else { throw misfit("'\(name)' is missing") }
    guard tensor.shape == shape else {
      throw misfit("'\(name)' is \(tensor.shape), not \(shape)")
    }
    return tensor
  }

  /// A tensor that takes the place of `present`: of its shape and on its device, with the saved type.
  func tensor(_ name: String, like present: Tensor) throws -> Tensor {
    try tensor(name, shape: present.shape).to(present.device)
  }

  /// The tensors whose names start with `prefix` and a dot, without it.
  func section(_ prefix: String) -> [String: Tensor] {
    let start = prefix + "."
    return Dictionary(
      uniqueKeysWithValues: tensors.filter { $0.key.hasPrefix(start) }
        .map { (String($0.key.dropFirst(start.count)), $0.value) })
  }

  private func misfit(_ what: String) -> EquipoiseError {
    EquipoiseError(
      .checkpoint, "the method's saved state does not fit: \(what)",
      fix: "use the configuration it was saved with")
  }
}

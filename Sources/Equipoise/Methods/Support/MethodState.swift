import Torch

extension [String: Tensor] {
  /// A tensor of a method's saved state.
  ///
  /// - Parameters:
  ///   - name: its name in the state.
  ///   - present: what it replaces; type, device and shape are taken from here.
  ///   - method: the method's name.
  /// - Returns: the saved numbers.
  /// - Throws: `EquipoiseError` when it is missing or of another shape.
  func tensor(_ name: String, like present: Tensor, of method: String) throws -> Tensor {
    guard let saved = self[name], saved.shape == present.shape else {
      throw EquipoiseError(
        .checkpoint,
        "the saved state of '\(method)' does not fit: '\(name)' is "
          + (self[name].map { "\($0.shape), not \(present.shape)" } ?? "missing"),
        fix: "continue with the configuration that the run was begun with")
    }
    return saved.to(present.device, dtype: saved.dtype)
  }
}

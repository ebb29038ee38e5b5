// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseTorch

extension ModalityEncoder {
  /// Overwrites the weights with those of a file, such as one made from a torchvision model.
  ///
  /// Counters of batches, which older files lack, keep their value.
  ///
  /// - Parameters:
  ///   - path: a safetensors file with the encoder's parameter names, before each of which there may be
  ///     the same prefix, such as `module.`; what has another one is left out.
  ///   - ignored: prefixes of names in the file that this encoder has no use for; the default is
  ///     torchvision's classifier.
  /// - Returns: what was loaded.
  /// - Throws: `FormatError` for the file; `TorchError.weights` with every name that does not fit.
  @discardableResult
  public func loadPretrained(
    from path: String, ignoring ignored: [String] = ["fc."]
  ) throws -> WeightReport {
    try loadPretrained(try TensorFile(path: path).tensors(), source: path, ignoring: ignored)
  }

  /// The same with tensors by name; `source` is what errors call them.
  @discardableResult
  package func loadPretrained(
    _ tensors: [String: Tensor], source: String, ignoring ignored: [String] = ["fc."]
  ) throws -> WeightReport {
    let found = try PretrainedNames(of: state.map(\.name), in: tensors, source: source)
    var tensors = found.tensors.filter { name, _ in !ignored.contains { name.hasPrefix($0) } }
    for (name, tensor) in state where name.hasSuffix(".num_batches_tracked") {
      if tensors[name] == nil { tensors[name] = tensor }
    }
    return try load(tensors, source: source)
  }
}

// SPDX-License-Identifier: Apache-2.0
extension Module {
  /// Overwrites parameters and buffers with those of a file.
  ///
  /// Numbers are converted to the module's floating-point type. Nothing is changed when this throws.
  ///
  /// - Parameters:
  ///   - path: a safetensors file with PyTorch's names.
  ///   - strict: throws unless both sides have the same names; otherwise what fits is loaded.
  /// - Returns: what was loaded and what did not fit.
  /// - Throws: `FormatError` for the file, also one that contradicts its own checksum;
  ///   ``TorchError/weights(_:)`` with every name that does not fit.
  @discardableResult
  public func load(from path: String, strict: Bool = true) throws -> WeightReport {
    let file = try TensorFile(path: path)
    try file.verify()
    return try load(from: file, strict: strict)
  }

  /// Overwrites parameters and buffers with those of an open file, as ``load(from:strict:)-(String,_)``.
  ///
  /// - Parameters:
  ///   - file: the file.
  ///   - strict: throws unless both sides have the same names.
  /// - Returns: what was loaded and what did not fit.
  /// - Throws: ``TorchError/weights(_:)`` with every name that does not fit.
  @discardableResult
  public func load(from file: TensorFile, strict: Bool = true) throws -> WeightReport {
    try load(file.tensors(), source: file.path, strict: strict)
  }

  /// Overwrites parameters and buffers with tensors by name.
  ///
  /// - Parameters:
  ///   - tensors: by the names of ``state``.
  ///   - source: what errors call them.
  ///   - strict: throws unless both sides have the same names.
  /// - Returns: what was loaded and what did not fit.
  /// - Throws: ``TorchError/weights(_:)`` with every name that does not fit.
  @discardableResult
  public func load(
    _ tensors: [String: Tensor], source: String, strict: Bool = true
  ) throws(TorchError) -> WeightReport {
    let state = state
    var report = WeightReport()
    var pairs: [(Tensor, Tensor)] = []
    for (name, target) in state {
      guard let tensor = tensors[name] else {
        report.missing.append(name)
        continue
      }
      if tensor.shape == target.shape,
        tensor.dtype.isFloatingPoint == target.dtype.isFloatingPoint
      {
        report.loaded.append(name)
        pairs.append((target, tensor))
      } else {
        report.mismatched.append(.init(name: name, expected: target.kind, found: tensor.kind))
      }
    }
    report.unexpected = Set(tensors.keys).subtracting(state.map(\.name)).sorted()
    guard report.isComplete || !strict else {
      throw TorchError.weights("\(source) does not fit the model: \(report)")
    }
    try Self.checkNumbers(of: report.loaded, in: tensors, source)
    withoutGradient {
      for (target, tensor) in pairs { Operator.copy_.run(.tensor(target), .tensor(tensor)) }
    }
    return report
  }

  /// Throws for numbers that no network can work with, all of whose outputs they would spoil.
  private static func checkNumbers(
    of names: [String], in tensors: [String: Tensor], _ source: String
  ) throws(TorchError) {
    var (infinite, negative): ([String], [String]) = ([], [])
    withoutGradient {
      for name in names {
        guard let tensor = tensors[name], tensor.dtype.isFloatingPoint, tensor.count > 0 else {
          continue
        }
        // What does not fit into single precision becomes infinite there.
        let numbers = tensor.to(.float32)
        if !numbers.isFinite().all().array(of: Bool.self)[0] {
          infinite.append(name)
        } else if name.hasSuffix("running_var"), numbers.floats().contains(where: { $0 < 0 }) {
          negative.append(name)
        }
      }
    }
    guard !infinite.isEmpty || !negative.isEmpty else { return }
    let problems = [
      ("numbers that are not finite in", infinite), ("negative variances in", negative),
    ].filter { !$0.1.isEmpty }.map { "\($0.0) \(WeightReport.list($0.1))" }
    throw TorchError.weights(
      "\(source) holds \(problems.joined(separator: ", and ")); the file is damaged or its training "
        + "diverged: use another one")
  }

  /// Writes parameters and buffers under their dotted names as safetensors, with a SHA-256 of the file in
  /// its metadata.
  ///
  /// - Parameters:
  ///   - path: the file; an old one stays until the new one is complete.
  ///   - metadata: text to store beside the tensors.
  /// - Throws: `FormatError` when the disk refuses.
  public func save(to path: String, metadata: [String: String] = [:]) throws {
    try TensorFile.write(state, to: path, metadata: metadata, checksummed: true)
  }
}

extension Tensor {
  fileprivate var kind: String { "\(dtype)\(shape)" }
}

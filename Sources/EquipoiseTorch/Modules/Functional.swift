// SPDX-License-Identifier: Apache-2.0
/// Runs `body` while modules use other tensors in their parameters' place, with gradients through
/// them.
///
/// - Parameters:
///   - tensors: what to use, by the dotted names of `module`; parameters not named stay.
///   - module: the module whose parameters are replaced.
///   - body: the forward pass.
/// - Returns: what `body` returns.
public func withParameters<R>(
  _ tensors: [String: Tensor], of module: some Module, _ body: () throws -> R
) rethrows -> R {
  let named = Dictionary(
    uniqueKeysWithValues: module.namedParameters.map { ($0.name, $0.parameter) })
  let pairs = tensors.map { name, tensor in
    guard let parameter = named[name] else {
      preconditionFailure("withParameters: no parameter '\(name)' in \(type(of: module))")
    }
    return (parameter, tensor)
  }
  return try withParameters(pairs, body)
}

/// Runs `body` while the given parameters use other tensors, with gradients through them.
///
/// - Parameters:
///   - pairs: each parameter with the tensor in its place, of the same shape.
///   - body: the forward pass.
/// - Returns: what `body` returns.
public func withParameters<R>(
  _ pairs: [(Parameter, Tensor)], _ body: () throws -> R
) rethrows -> R {
  let before = pairs.map { parameter, tensor in parameter.substitute(tensor) }
  defer {
    // Backwards, so that a parameter named twice gets its first state back.
    for (pair, tensor) in zip(pairs, before).reversed() { _ = pair.0.substitute(tensor) }
  }
  return try body()
}

// SPDX-License-Identifier: Apache-2.0
/// Changes parameters by explicit gradients.
///
/// An optimiser holds statistics for the tensors its parameters have when it is made: move a module
/// to its device, type and layout first.
public protocol Optimizer: AnyObject {
  /// What is optimised, in the order that ``step(gradients:)`` expects.
  var parameters: [NamedParameter] { get }

  /// The step size, which a schedule may change between steps.
  var learningRate: Double { get set }

  /// Takes one step.
  ///
  /// - Parameter gradients: one for each parameter; `nil` leaves a parameter and its statistics as
  ///   they are.
  func step(gradients: [Tensor?])

  /// The statistics by name, such as `momentum.layer1.0.conv1.weight`: with the parameters, all
  /// that a checkpoint needs.
  var state: [NamedTensor] { get }
}

extension Optimizer {
  /// Overwrites the statistics with those of a checkpoint.
  ///
  /// - Parameter saved: tensors by the names of ``state``; further names are left alone.
  /// - Throws: ``TorchError/weights(_:)`` that names what is missing or does not fit; the statistics
  ///   then stay as they were.
  public func restore(_ saved: [String: Tensor]) throws(TorchError) {
    var pairs: [(Tensor, Tensor)] = []
    var problems: [String] = []
    for (name, tensor) in state {
      guard let source = saved[name] else {
        problems.append("\(name) is missing")
        continue
      }
      if source.shape != tensor.shape {
        problems.append("\(name) is \(source.shape), not \(tensor.shape)")
      }
      pairs.append((tensor, source))
    }
    guard problems.isEmpty else {
      throw TorchError.weights(
        "the saved state of the optimiser does not fit this model: "
          + problems.joined(separator: "; ") + "; use the configuration it was saved with")
    }
    withoutGradient {
      for (tensor, source) in pairs { Operator.copy_.run(.tensor(tensor), .tensor(source)) }
    }
  }
}

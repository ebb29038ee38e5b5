// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import EquipoiseTorch

/// Says what it takes beside the network, before training starts.
public protocol ResourceStating: BalancingMethod {
  /// What it takes.
  var resources: MethodResources { get }
}

/// What a method takes beside the network. One that says nothing costs what joint training does: a
/// forward pass and a backward pass of twice its multiply-adds.
public struct MethodResources: Codable, Equatable, Sendable {
  /// Trainable numbers of the method's own.
  public let parameters: Int
  /// Bytes for them, which are weights, statistics of their optimiser and gradients, and for
  /// whatever else the method keeps.
  public let memory: Int
  /// Multiply-adds of a training step for each sample, the network's own among them. What is not
  /// done in every step counts as a mean over the run.
  public let multiplyAddsPerSample: Int
  /// The forward passes whose intermediate results a step holds at once.
  public let heldPasses: Int

  init(parameters: Int = 0, memory: Int = 0, multiplyAddsPerSample: Int, heldPasses: Int = 1) {
    (self.parameters, self.memory) = (parameters, memory)
    (self.multiplyAddsPerSample, self.heldPasses) = (multiplyAddsPerSample, heldPasses)
  }
}

extension Module {
  /// The bytes of all parameters.
  var parameterBytes: Int { parameters.reduce(0) { $0 + $1.leaf.byteCount } }
}

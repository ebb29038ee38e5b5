// SPDX-License-Identifier: Apache-2.0
/// Layers one after the other. Parameter names start with the layer's index, as in PyTorch.
public final class Sequential: Layer, CustomReflectable {
  /// The layers, first to last.
  public let layers: [any Layer]

  /// A chain of layers; without any it is the identity.
  public init(_ layers: [any Layer]) { self.layers = layers }

  /// What the last layer returns.
  public func callAsFunction(_ input: Tensor, _ mode: ForwardMode) -> Tensor {
    layers.reduce(input) { x, layer in layer(x, mode) }
  }

  /// The layers under their indices: this is what parameter names are made from.
  public var customMirror: Mirror {
    Mirror(self, children: layers.enumerated().map { ("\($0)", $1) })
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseTorch

/// One depth of an encoder: some of the encoder's own modules and how they are applied.
///
/// It is made again whenever an encoder is asked for its blocks and holds nothing itself. Inside it
/// parameters keep the names they have in the encoder.
public final class EncoderBlock: Layer, CustomReflectable {
  /// What the block is, for reports, such as `stem + layer1`.
  public let name: String
  private let parts: [(name: String, part: Any)]
  private let body: (Tensor, ForwardMode, StepLayout?) -> Tensor

  /// A block.
  ///
  /// - Parameters:
  ///   - name: what the block is, for reports.
  ///   - parts: everything with parameters that `body` uses, by the name of the encoder's property;
  ///     parameters, buffers, modules, lists and optionals of them.
  ///   - body: the forward pass.
  public convenience init(
    _ name: String, parts: [(name: String, part: Any)],
    body: @escaping (Tensor, ForwardMode) -> Tensor
  ) {
    self.init(name, parts: parts) { input, mode, _ in body(input, mode) }
  }

  /// A block that minds which steps of its input are valid.
  ///
  /// - Parameters:
  ///   - name: what the block is, for reports.
  ///   - parts: everything with parameters that `body` uses, by the name of the encoder's property.
  ///   - body: the forward pass; it is told where the steps are, nil where all are valid, and puts zeros out where they
  ///     are not.
  public init(
    _ name: String, parts: [(name: String, part: Any)],
    body: @escaping (Tensor, ForwardMode, StepLayout?) -> Tensor
  ) {
    (self.name, self.parts, self.body) = (name, parts, body)
  }

  /// A block that is one layer, or a `Sequential` of them.
  ///
  /// - Parameters:
  ///   - name: the dotted name under which the encoder holds the layer.
  ///   - layer: what is applied.
  public convenience init(_ name: String, _ layer: some Layer) {
    self.init(name, parts: [(name, layer)]) { x, mode in layer(x, mode) }
  }

  /// The block's output for its input; the encoder documents both shapes.
  public func callAsFunction(_ input: Tensor, _ mode: ForwardMode) -> Tensor {
    body(input, mode, nil)
  }

  /// The same of an input of which only some steps are valid; nil for all.
  public func callAsFunction(
    _ input: Tensor, _ mode: ForwardMode, _ steps: StepLayout?
  ) -> Tensor { body(input, mode, steps) }

  /// The parts under their names: this is what parameter names are made from.
  public var customMirror: Mirror {
    Mirror(self, children: parts.map { ($0.name as String?, $0.part) })
  }
}

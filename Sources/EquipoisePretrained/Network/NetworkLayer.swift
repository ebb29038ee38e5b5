// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import EquipoiseTorch

/// What the parameters of a layer are called in a reference's files.
struct LayerNames {
  /// Query, key and value.
  var projection: SelfAttention.Projection
  /// The map behind the heads.
  var output: String
  /// The normalisation of the attention and of the feed-forward network.
  var norms: (String, String)
  /// The two maps of the feed-forward network.
  var maps: (String, String)
  /// The scales of both branches, where a network has them.
  var scales: (String, String)?
}

/// The sizes and choices of a network's layers.
struct LayerForm {
  var width: Int
  var heads: Int
  /// Between the two maps of the feed-forward network.
  var hidden: Int
  var epsilon: Double
  var activation = Activation.gelu
  /// Whether attention and feed-forward network take what is normalised, and not their sum is.
  var normFirst = true
  /// Whether half of the first map's features gate the others (SwiGLU).
  var gated = false
  /// Of attention weights, of both branches and behind the activation.
  var attentionDropout = 0.0
  var dropout = 0.0
  var activationDropout = 0.0

  /// Throws `EquipoiseError` unless the heads divide the width.
  func check(_ description: ModelDescription) throws {
    guard width % heads == 0 else {
      throw EquipoiseError(
        .configuration, "\(heads) attention heads do not divide the width \(width)",
        at: description.path, fix: "copy the model's config.json again")
    }
  }
}

/// One layer of a pretrained network: attention and a feed-forward network, each with a residual connection.
///
/// ```
/// norm last:   x ← norm(x + attention(x));            x ← norm(x + network(x))
/// norm first:  x ← x + scale · attention(norm(x));    x ← x + scale · network(norm(x))
/// ```
final class NetworkLayer: Module, CustomReflectable {
  private let attention: SelfAttention
  private let norms: (LayerNorm, LayerNorm)
  private let maps: (Linear, Linear)
  private let scales: (Parameter, Parameter)?
  private let form: LayerForm
  private let parts: Parts
  private let dropout: Dropout
  private let activationDropout: Dropout
  /// What depends on the attention's input and is added to its scores, from a bias that all layers share.
  private let position: GatedPositions?

  init(_ names: LayerNames, _ form: LayerForm, gating: GatedPositions.Names? = nil) {
    var parts = Parts()
    self.form = form
    attention = SelfAttention(
      names.projection, output: names.output, width: form.width, heads: form.heads,
      dropout: form.attentionDropout, in: &parts)
    position = gating.map { GatedPositions($0, form, in: &parts) }
    norms.0 = parts.norm(names.norms.0, form.width, form.epsilon)
    maps.0 = parts.linear(names.maps.0, form.width, form.gated ? 2 * form.hidden : form.hidden)
    maps.1 = parts.linear(names.maps.1, form.hidden, form.width)
    norms.1 = parts.norm(names.norms.1, form.width, form.epsilon)
    scales = names.scales.map {
      (parts.parameter($0.0, [form.width]), parts.parameter($0.1, [form.width]))
    }
    (dropout, activationDropout) = (Dropout(form.dropout), Dropout(form.activationDropout))
    self.parts = parts
  }

  /// [B, L, width] → [B, L, width].
  ///
  /// - Parameters:
  ///   - x: the positions.
  ///   - mode: how dropout behaves.
  ///   - context: what is added to the scores of attention.
  /// - Returns: [B, L, width].
  func callAsFunction(_ x: Tensor, _ mode: ForwardMode, _ context: ScoreContext) -> Tensor {
    guard form.normFirst else {
      let x = norms.0(x + dropout(attended(x, mode, context), mode), mode)
      return norms.1(x + dropout(network(x, mode), mode), mode)
    }
    let first = dropout(attended(norms.0(x, mode), mode, context), mode)
    let x = x + (scales.map { first * $0.0.value } ?? first)
    let second = dropout(network(norms.1(x, mode), mode), mode)
    return x + (scales.map { second * $0.1.value } ?? second)
  }

  private func attended(_ x: Tensor, _ mode: ForwardMode, _ context: ScoreContext) -> Tensor {
    guard let position, let relative = context.relative else {
      return attention(x, mode, bias: context.bias)
    }
    let gated = position(x, relative)
    return attention(x, mode, bias: context.bias.map { gated + $0 } ?? gated)
  }

  private func network(_ x: Tensor, _ mode: ForwardMode) -> Tensor {
    var hidden = maps.0(x)
    if form.gated {
      let halves = hidden.split([form.hidden, form.hidden], dimension: hidden.rank - 1)
      hidden = form.activation(halves[0]) * halves[1]
    } else {
      hidden = form.activation(hidden)
    }
    return maps.1(activationDropout(hidden, mode))
  }

  var customMirror: Mirror { parts.mirror(of: self) }
}

/// What the layers of one pass add to the scores of attention.
struct ScoreContext {
  /// Of positions that are not seen, [B or 1, 1, L or 1, L]; nil where all are.
  var bias: Tensor?
  /// Of the distance between positions, [heads, L, L], which each layer gates; nil where there is none.
  var relative: Tensor?
}

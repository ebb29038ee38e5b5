// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseModels
public import EquipoiseTorch

/// Token ids as sums of vectors: of the token, of its place, and of its segment where there are segments.
///
/// ```
/// prepare    ids [B, L] → token vectors [B, L, C]
/// entry      + place + segment 0 → normalised → dropout → mapped to the width of the layers where they differ
/// ```
final class TokenEntry: NetworkEntry {
  /// Sizes, and what the parameters are called.
  struct Form {
    var vocabulary: Int
    var width: Int
    /// Rows of the table of places.
    var places: Int
    /// The row of the first place.
    var firstPlace = 0
    var token: String
    var place: String
    /// The table of segments and its rows.
    var segment: (name: String, count: Int)?
    var norm: (name: String, epsilon: Double)?
    var dropout = 0.0
    /// Whether a position sees those before it alone.
    var isCausal = false
  }

  let form: Form
  let parts: Parts
  let tokens: Embedding
  private let places: Embedding
  private let segments: Embedding?
  private let norm: LayerNorm?
  private let dropout: Dropout

  init(_ form: Form) {
    var parts = Parts()
    tokens = Embedding(
      form.vocabulary, form.width, initializer: .zeros, from: Generator(seed: 0))
    places = parts.table(form.place, form.places, form.width)
    segments = form.segment.map { parts.table($0.name, $0.count, form.width) }
    norm = form.norm.map { parts.norm($0.name, form.width, $0.epsilon) }
    dropout = Dropout(form.dropout)
    (self.form, self.parts) = (form, parts)
  }

  /// The most tokens of a sample.
  var longest: Int { form.places - form.firstPlace }

  /// Ids, whatever their type, become vectors.
  func prepare(_ input: Tensor, _ steps: StepLayout?) -> Tensor {
    guard input.rank == 2 else { return input }
    let vectors = tokens(
      input.dtype.isFloatingPoint ? input.to(.int64) : input, .evaluation)
    return PretrainedTransformer.masked(vectors, steps)
  }

  func callAsFunction(_ x: Tensor, _ mode: ForwardMode, _ steps: StepLayout?) -> Tensor {
    let length = x.size(1)
    var x = x + places.weight.value.slice(form.firstPlace..<form.firstPlace + length)
    if let segments { x = x + segments.weight.value.select(0) }
    if let norm { x = norm(x, mode) }
    return dropout(x, mode)
  }

  func context(_ x: Tensor) -> ScoreContext {
    guard form.isCausal else { return ScoreContext() }
    let order = Tensor.range(x.size(1), device: x.device)
    let later = order.unsqueezed(0).greater(than: order.unsqueezed(1)).to(x.dtype)
    return ScoreContext(bias: (later * -1e30).reshaped([1, 1, x.size(1), x.size(1)]))
  }

  func validate(shape: [Int], of modality: String) throws {
    guard shape.count == 1 else {
      throw EquipoiseError(
        .configuration,
        "modality '\(modality)': the network takes token ids [L], but its samples have shape \(shape)",
        at: "model.encoders.\(modality)", fix: "prepare it as text, or choose another network")
    }
    guard shape[0] <= longest else {
      throw EquipoiseError(
        .configuration,
        "modality '\(modality)' has up to \(shape[0]) tokens, and the network has \(longest) places",
        at: "model.encoders.\(modality)", fix: "prepare it with at most \(longest) tokens")
    }
  }
}

/// A network of token ids.
public final class PretrainedTextTransformer: PretrainedSequenceTransformer, TokenReading {
  private let entry: TokenEntry

  init(_ plan: Plan, entry: TokenEntry) {
    self.entry = entry
    super.init(plan)
  }

  /// The rows of the table of tokens.
  public var vocabulary: Int { entry.form.vocabulary }
  /// The columns of the table of tokens.
  public var embeddingWidth: Int { entry.form.width }

  /// [B, L] → the rows of the table.
  public func embed(_ ids: Tensor) -> Tensor { entry.prepare(ids, nil) }

  /// The most tokens of a sample.
  public var longest: Int { entry.longest }

  /// The parameters under the names of the reference's files, the table of tokens first.
  public override var customMirror: Mirror {
    let token = [(label: entry.form.token as String?, value: entry.tokens as Any)]
    return Mirror(self, children: token + Array(super.customMirror.children))
  }
}

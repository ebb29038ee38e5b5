// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseModels
internal import EquipoiseTorch

/// BERT (Devlin et al., 2019) and what differs from it in sizes and names alone: RoBERTa (Liu et al., 2019), XLM-R, MiniLM
/// (Wang et al., 2020) and DistilBERT (Sanh et al., 2019), which has no segments.
///
/// ```
/// x = norm(token + place + segment 0)
/// x = norm(x + attention(x));  x = norm(x + W₂ gelu(W₁ x))      for each layer
/// ```
/// Keys of `transformers`: `embeddings.word_embeddings.weight`, `encoder.layer.0.attention.self.query.weight`, …. The
/// pooler is not part of it.
public enum BERT: PretrainedFamily {
  /// `bert`
  public static let name = "bert"
  /// One line for lists.
  public static let summary = "BERT, RoBERTa, XLM-R, MiniLM, DistilBERT: encoders of text"
  /// What a sample is.
  public static let input = "token ids [L]"
  /// Values of `model_type`.
  public static let kinds = ["bert", "roberta", "xlm-roberta", "camembert", "distilbert"]

  /// Of each kind one, and MiniLM.
  public static let published = [
    PublishedNetwork(
      "google-bert/bert-base-uncased",
      #"{"model_type": "bert", "vocab_size": 30522, "hidden_size": 768, "num_attention_heads": 12, "#
        + #""intermediate_size": 3072, "num_hidden_layers": 12, "max_position_embeddings": 512}"#),
    PublishedNetwork(
      "FacebookAI/roberta-base",
      #"{"model_type": "roberta", "vocab_size": 50265, "hidden_size": 768, "num_attention_heads": 12, "#
        + #""intermediate_size": 3072, "num_hidden_layers": 12, "max_position_embeddings": 514, "#
        + #""type_vocab_size": 1, "pad_token_id": 1}"#),
    PublishedNetwork(
      "distilbert/distilbert-base-uncased",
      #"{"model_type": "distilbert", "vocab_size": 30522, "dim": 768, "n_heads": 12, "#
        + #""hidden_dim": 3072, "n_layers": 6, "max_position_embeddings": 512}"#, layers: "n_layers"
    ),
    PublishedNetwork(
      "sentence-transformers/all-MiniLM-L6-v2",
      #"{"model_type": "bert", "vocab_size": 30522, "hidden_size": 384, "num_attention_heads": 12, "#
        + #""intermediate_size": 1536, "num_hidden_layers": 6, "max_position_embeddings": 512}"#),
  ]

  /// As many tokens as there are places.
  public static func trainedShape(_ folder: PretrainedFolder) throws -> [Int] {
    let form = try entry(of: folder.description, NetworkRequest.forLists)
    return [form.places - form.firstPlace]
  }

  /// The encoder of a description.
  public static func makeEncoder(
    of folder: PretrainedFolder, for request: NetworkRequest
  ) throws -> any PretrainedEncoder {
    let description = folder.description
    try refuseOthers(description)
    let isDistilled = description.text("model_type") == "distilbert"
    let form = try layers(of: description, request)
    try form.check(description)
    let count = try description.size("num_hidden_layers", "n_layers")
    let entry = TokenEntry(try entry(of: description, request))
    let prefix = isDistilled ? "transformer.layer" : "encoder.layer"
    let names = isDistilled ? distilledNames : names
    return PretrainedTextTransformer(
      .init(
        entry: entry, layerName: { "\(prefix).\($0)" },
        layers: (0..<count).map { _ in NetworkLayer(names, form) }, form: form,
        groups: try request.groups(of: count),
        pooling: try .read(request, own: ownPooling(folder), prefix: 0, hasClass: true),
        title: description.text("model_type") ?? name), entry: entry)
  }

  /// `bert.`, `roberta.` and the like before the names of the base network; `gamma` and `beta` of old files.
  public static func parameterName(_ name: String) -> String? {
    var name = name
    for prefix in ["bert.", "roberta.", "distilbert."] where name.hasPrefix(prefix) {
      name = String(name.dropFirst(prefix.count))
    }
    if name.hasSuffix(".gamma") { name = name.dropLast(5) + "weight" }
    if name.hasSuffix(".beta") { name = name.dropLast(4) + "bias" }
    return name
  }

  private static func refuseOthers(_ description: ModelDescription) throws {
    let positions = description.text("position_embedding_type") ?? "absolute"
    guard positions == "absolute", !description.flag("is_decoder", else: false) else {
      throw EquipoiseError(
        .configuration,
        positions == "absolute"
          ? "the network is a decoder, which sees what comes before alone"
          : "positions of the kind '\(positions)' are not known", at: description.path,
        fix: "use an encoder with absolute positions")
    }
  }

  private static func entry(
    of description: ModelDescription, _ request: NetworkRequest
  ) throws -> TokenEntry.Form {
    let type = description.text("model_type") ?? name
    let countsFromPadding = ["roberta", "xlm-roberta", "camembert"].contains(type)
    let segments = try type == "distilbert" ? 0 : description.size("type_vocab_size", else: 2)
    return TokenEntry.Form(
      vocabulary: try description.size("vocab_size"),
      width: try description.size("hidden_size", "dim"),
      places: try description.size("max_position_embeddings"),
      firstPlace: countsFromPadding ? Int(description.number("pad_token_id", else: 1)) + 1 : 0,
      token: "embeddings.word_embeddings", place: "embeddings.position_embeddings",
      segment: segments > 0 ? ("embeddings.token_type_embeddings", segments) : nil,
      norm: ("embeddings.LayerNorm", description.number("layer_norm_eps", else: 1e-12)),
      dropout: request.rate(
        description.number("hidden_dropout_prob", else: description.number("dropout", else: 0.1))))
  }

  private static func layers(
    of description: ModelDescription, _ request: NetworkRequest
  ) throws -> LayerForm {
    let isDistilled = description.text("model_type") == "distilbert"
    return LayerForm(
      width: try description.size("hidden_size", "dim"),
      heads: try description.size("num_attention_heads", "n_heads"),
      hidden: try description.size("intermediate_size", "hidden_dim"),
      epsilon: description.number("layer_norm_eps", else: 1e-12),
      activation: try .read(isDistilled ? "activation" : "hidden_act", of: description),
      normFirst: false,
      attentionDropout: request.rate(
        description.number(
          isDistilled ? "attention_dropout" : "attention_probs_dropout_prob", else: 0.1)),
      dropout: request.rate(
        description.number(isDistilled ? "dropout" : "hidden_dropout_prob", else: 0.1)))
  }

  /// The first position, or what `sentence-transformers` says of the folder.
  private static func ownPooling(_ folder: PretrainedFolder) -> Pooling {
    let pooling = folder.description("1_Pooling/config.json")
    return pooling?.flag("pooling_mode_mean_tokens", else: false) == true ? .mean(from: 0) : .first
  }

  private static let names = LayerNames(
    projection: .separate(
      query: "attention.self.query", key: "attention.self.key", value: "attention.self.value",
      hasBias: true), output: "attention.output.dense",
    norms: ("attention.output.LayerNorm", "output.LayerNorm"),
    maps: ("intermediate.dense", "output.dense"))

  private static let distilledNames = LayerNames(
    projection: .separate(
      query: "attention.q_lin", key: "attention.k_lin", value: "attention.v_lin", hasBias: true),
    output: "attention.out_lin", norms: ("sa_layer_norm", "output_layer_norm"),
    maps: ("ffn.lin1", "ffn.lin2"))
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseModels
internal import EquipoiseTorch

/// wav2vec 2.0 (Baevski et al., 2020), HuBERT (Hsu et al., 2021) and WavLM (Chen et al., 2022): sound from its wave.
///
/// ```
/// z = strided convolutions of the wave      one frame for 20 ms of 16 kHz
/// x = W norm(z);  x = norm(x + convolution of x for its places);  layers;  feature = mean over frames
/// ```
/// Keys of `transformers`: `feature_extractor.conv_layers.0.conv.weight`, `encoder.layers.0.attention.q_proj.weight`, …. The
/// vector of masked frames is not part of it. What a sample becomes does not depend on those beside it, nor on padding:
/// normalisation over time is over its own steps.
public enum Wav2Vec2: PretrainedFamily {
  /// `wav2vec2`
  public static let name = "wav2vec2"
  /// One line for lists.
  public static let summary = "wav2vec 2.0, HuBERT and WavLM: sound from its wave"
  /// What a sample is.
  public static let input = "waves [L, 1] of the network's sampling rate"
  /// Values of `model_type`.
  public static let kinds = ["wav2vec2", "hubert", "wavlm"]

  /// Of each kind one.
  public static let published = [
    "wav2vec2": "facebook/wav2vec2-base", "hubert": "facebook/hubert-base-ls960",
    "wavlm": "microsoft/wavlm-base",
  ]
  .sorted { $0.key < $1.key }
  .map { PublishedNetwork($1, #"{"model_type": "\#($0)", "num_hidden_layers": 12}"#) }

  /// A second.
  public static func trainedShape(_ folder: PretrainedFolder) throws -> [Int] { [16_000, 1] }

  /// The encoder of a description.
  public static func makeEncoder(
    of folder: PretrainedFolder, for request: NetworkRequest
  ) throws -> any PretrainedEncoder {
    let description = folder.description
    try refuseOthers(description)
    let form = try layers(description, request)
    let isStable = form.normFirst
    let type = description.text("model_type") ?? name
    let entry = try WaveEntry(description, form, request, isWavLM: type == "wavlm")
    let count = try description.size("num_hidden_layers", else: 12)
    let gating = GatedPositions.Names(
      scale: "attention.gru_rel_pos_const", map: "attention.gru_rel_pos_linear")
    var plan = PretrainedTransformer.Plan(
      entry: entry, layerName: { "encoder.layers.\($0)" },
      layers: (0..<count).map { _ in
        NetworkLayer(names, form, gating: type == "wavlm" ? gating : nil)
      }, form: form, groups: try request.groups(of: count),
      pooling: try .read(request, own: .mean(from: 0), prefix: 0, hasClass: false), title: type)
    if isStable { plan.lastNorm = ("encoder.layer_norm", entry.norm) }
    return PretrainedSequenceTransformer(plan)
  }

  /// `wav2vec2.`, `hubert.` and `wavlm.` before the names of the base network; the older names of weight normalisation.
  public static func parameterName(_ name: String) -> String? {
    let own = name.withoutPrefix("wav2vec2.", "hubert.", "wavlm.")
    let old = [
      "encoder.pos_conv_embed.conv.weight_g": WaveEntry.scaleName,
      "encoder.pos_conv_embed.conv.weight_v": WaveEntry.directionName,
    ]
    return old[own] ?? own
  }

  private static func refuseOthers(_ description: ModelDescription) throws {
    let other: String? =
      if description.flag("conv_pos_batch_norm", else: false) {
        "batch normalisation before its places (conv_pos_batch_norm)"
      } else if description.flag("add_adapter", else: false) {
        "an adapter behind its layers (add_adapter)"
      } else if description.has("adapter_attn_dim") {
        "adapters in its layers (adapter_attn_dim)"
      } else {
        nil
      }
    guard let other else { return }
    throw EquipoiseError(
      .configuration, "the network has \(other), which is not known", at: description.path,
      fix: "use one without")
  }

  private static func layers(
    _ description: ModelDescription, _ request: NetworkRequest
  ) throws -> LayerForm {
    let form = LayerForm(
      width: try description.size("hidden_size", else: 768),
      heads: try description.size("num_attention_heads", else: 12),
      hidden: try description.size("intermediate_size", else: 3072),
      epsilon: description.number("layer_norm_eps", else: 1e-5),
      activation: try .read("hidden_act", of: description),
      normFirst: description.flag("do_stable_layer_norm", else: false),
      attentionDropout: request.rate(description.number("attention_dropout", else: 0.1)),
      dropout: request.rate(description.number("hidden_dropout", else: 0.1)),
      activationDropout: request.rate(description.number("activation_dropout", else: 0.1)))
    try form.check(description)
    return form
  }

  private static let names = LayerNames(
    projection: .separate(
      query: "attention.q_proj", key: "attention.k_proj", value: "attention.v_proj", hasBias: true),
    output: "attention.out_proj", norms: ("layer_norm", "final_layer_norm"),
    maps: ("feed_forward.intermediate_dense", "feed_forward.output_dense"))
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import EquipoiseModels
import EquipoiseTorch

/// A wave as frames of features: strided convolutions, a map to the width of the layers, and a convolution over
/// neighbouring frames in place of positions: [B, L, 1] → [B, frames, width].
final class WaveEntry: NetworkEntry {
  static let scaleName = "encoder.pos_conv_embed.conv.parametrizations.weight.original0"
  static let directionName = "encoder.pos_conv_embed.conv.parametrizations.weight.original1"

  /// One strided convolution with its normalisation, if it has one.
  private struct Filter {
    let weight: Parameter
    let bias: Parameter?
    let norm: LayerNorm?
    let kernel: Int
    let stride: Int
  }

  /// What the strided convolutions normalise over.
  private enum Normalisation {
    /// The first one each channel over time.
    case time
    /// All of them each frame over its channels.
    case channels
  }

  let parts: Parts
  /// Behind the places of networks that normalise last; of the others the last one.
  let norm: LayerNorm
  private let filters: [Filter]
  private let normalisation: Normalisation
  private let activation: Activation
  private let projectionNorm: LayerNorm?
  private let projection: Linear
  private let scale: Parameter
  private let direction: Parameter
  private let placesBias: Parameter
  private let groups: Int
  /// Buckets of distances and the farthest, of WavLM.
  private let relative: (table: Embedding, buckets: Int, farthest: Int)?
  private let form: LayerForm
  private let projectionDropout: Dropout
  private let dropout: Dropout

  init(
    _ description: ModelDescription, _ form: LayerForm, _ request: NetworkRequest, isWavLM: Bool
  ) throws {
    var parts = Parts()
    let filters = try Self.filters(description, in: &parts)
    let last = filters.last?.weight.leaf.size(0) ?? 0
    normalisation = try Self.normalisation(description)
    activation = try .read("feat_extract_activation", of: description)
    let hasNorm = description.flag("feat_proj_layer_norm", else: true)
    projectionNorm =
      hasNorm ? parts.norm("feature_projection.layer_norm", last, form.epsilon) : nil
    projection = parts.linear("feature_projection.projection", last, form.width)
    let kernel = try description.size("num_conv_pos_embeddings", else: 128)
    groups = try description.size("num_conv_pos_embedding_groups", else: 16)
    guard form.width % groups == 0 else {
      throw EquipoiseError(
        .configuration, "\(groups) groups do not divide the width \(form.width)",
        at: description.path, fix: "copy the model's config.json again")
    }
    scale = parts.parameter(Self.scaleName, [1, 1, kernel])
    direction = parts.parameter(Self.directionName, [form.width, form.width / groups, kernel])
    placesBias = parts.parameter("encoder.pos_conv_embed.conv.bias", [form.width])
    // Of networks that normalise first it belongs to the last block.
    var own = Parts()
    norm = own.norm("encoder.layer_norm", form.width, form.epsilon)
    if !form.normFirst { _ = parts.add("encoder.layer_norm", norm) }
    if isWavLM {
      let buckets = try description.size("num_buckets", else: 320)
      relative = (
        parts.table("encoder.layers.0.attention.rel_attn_embed", buckets, form.heads), buckets,
        try description.size("max_bucket_distance", else: 800)
      )
    } else {
      relative = nil
    }
    projectionDropout = Dropout(request.rate(description.number("feat_proj_dropout", else: 0)))
    dropout = Dropout(form.dropout)
    (self.filters, self.form, self.parts) = (filters, form, parts)
  }

  private static func normalisation(_ description: ModelDescription) throws -> Normalisation {
    switch description.text("feat_extract_norm") ?? "group" {
    case "group": return .time
    case "layer": return .channels
    case let other:
      throw EquipoiseError(
        .configuration, "feat_extract_norm '\(other)' is not known", at: description.path,
        fix: "use a network with group or layer")
    }
  }

  private static func filters(
    _ description: ModelDescription, in parts: inout Parts
  ) throws -> [Filter] {
    let widths = description.wholes("conv_dim") ?? [512, 512, 512, 512, 512, 512, 512]
    let kernels = description.wholes("conv_kernel") ?? [10, 3, 3, 3, 3, 2, 2]
    let strides = description.wholes("conv_stride") ?? [5, 2, 2, 2, 2, 2, 2]
    guard !widths.isEmpty, widths.count == kernels.count, widths.count == strides.count,
      (widths + kernels + strides).allSatisfy({ $0 > 0 })
    else {
      throw EquipoiseError(
        .configuration, "conv_dim, conv_kernel and conv_stride are not lists of one length",
        at: description.path, fix: "copy the model's config.json again")
    }
    let hasBias = description.flag("conv_bias", else: false)
    let normalisesAll = try normalisation(description) == .channels
    return widths.indices.map { index in
      let name = "feature_extractor.conv_layers.\(index)"
      let given = index == 0 ? 1 : widths[index - 1]
      return Filter(
        weight: parts.parameter(name + ".conv.weight", [widths[index], given, kernels[index]]),
        bias: hasBias ? parts.parameter(name + ".conv.bias", [widths[index]]) : nil,
        norm: index == 0 || normalisesAll
          ? parts.norm(name + ".layer_norm", widths[index], 1e-5) : nil, kernel: kernels[index],
        stride: strides[index])
    }
  }

  func callAsFunction(_ x: Tensor, _ mode: ForwardMode, _ steps: StepLayout?) -> Tensor {
    var lengths = steps?.lengths
    var x = x.transposed(1, 2)
    for filter in filters {
      lengths = lengths?.windows(kernel: filter.kernel, stride: filter.stride)
      x = x.conv1d(
        weight: filter.weight.value, bias: filter.bias?.value, stride: filter.stride)
      if let norm = filter.norm {
        x =
          normalisation == .channels
          ? norm(x.transposed(1, 2), mode).transposed(1, 2) : Self.overTime(x, norm, lengths)
      }
      x = activation(x)
    }
    var frames = x.transposed(1, 2)
    frames = projection(projectionNorm.map { $0(frames, mode) } ?? frames)
    frames = masked(projectionDropout(frames, mode), lengths)
    frames = frames + places(frames)
    if !form.normFirst { frames = norm(frames, mode) }
    return masked(dropout(frames, mode), lengths)
  }

  private func masked(_ x: Tensor, _ lengths: StepLengths?) -> Tensor {
    lengths.map { x * $0.mask(x.size(1), dtype: x.dtype, trailing: 1) } ?? x
  }

  /// Each channel over a sample's own steps: [B, C, T].
  private static func overTime(_ x: Tensor, _ norm: LayerNorm, _ lengths: StepLengths?) -> Tensor {
    let steps = x.size(2)
    let wide = x.inFullPrecision()
    let (mean, variance): (Tensor, Tensor)
    if let lengths {
      let mask = lengths.mask(steps, dtype: wide.dtype).unsqueezed(1)
      let count = lengths.tensor.to(wide.dtype).reshaped([-1, 1, 1])
      mean = (wide * mask).sum(over: [2], keeping: true) / count
      let apart = (wide - mean) * mask
      variance = (apart * apart).sum(over: [2], keeping: true) / count
    } else {
      mean = wide.mean(over: [2], keeping: true)
      let apart = wide - mean
      variance = (apart * apart).mean(over: [2], keeping: true)
    }
    let unit = (wide - mean) / (variance + 1e-5).squareRoot()
    return (unit * norm.weight.value.reshaped([1, -1, 1]) + norm.bias.value.reshaped([1, -1, 1]))
      .to(x.dtype)
  }

  /// A convolution over neighbouring frames, whose weight is g v / ‖v‖ for each place of its window.
  private func places(_ frames: Tensor) -> Tensor {
    let v = direction.value
    let weight = v * (scale.value / (v * v).sum(over: [0, 1], keeping: true).squareRoot())
    let kernel = v.size(2)
    let output = frames.transposed(1, 2).conv1d(
      weight: weight, bias: placesBias.value, padding: kernel / 2, groups: groups)
    let length = frames.size(1)
    let own = output.size(2) == length ? output : output.slice(0..<length, dimension: 2)
    return activation(own).transposed(1, 2)
  }

  func context(_ x: Tensor) -> ScoreContext {
    guard let relative else { return ScoreContext() }
    let length = x.size(1)
    let buckets = GatedPositions.buckets(
      length, count: relative.buckets, farthest: relative.farthest)
    let places = Tensor(buckets, shape: [length, length]).sent(to: x.device)
    return ScoreContext(relative: relative.table(places, .evaluation).permuted([2, 0, 1]))
  }

  func steps(behind steps: StepLayout) -> StepLayout {
    .positions(
      filters.reduce(steps.lengths) { $0.windows(kernel: $1.kernel, stride: $1.stride) }, axis: 1)
  }

  func validate(shape: [Int], of modality: String) throws {
    let shortest = filters.reversed().reduce(1) { ($0 - 1) * $1.stride + $1.kernel }
    guard shape.count == 2, shape[1] == 1, shape[0] >= shortest else {
      throw EquipoiseError(
        .configuration,
        "modality '\(modality)': the network takes waves [L, 1] of at least \(shortest) values, but its samples have "
          + "shape \(shape)", at: "model.encoders.\(modality)",
        fix: "prepare it as a sequence of one channel, or choose another network")
    }
  }
}

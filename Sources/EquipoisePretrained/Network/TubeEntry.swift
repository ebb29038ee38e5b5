// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import EquipoiseModels
import EquipoiseTorch
import Foundation

/// A video's tubes, patches over several frames, as positions with fixed sinusoids: [B, T, C, H, W] → [B, N, width], where
/// N counts time first, then rows, then columns.
final class TubeEntry: NetworkEntry {
  /// Sizes.
  struct Form {
    /// Of a sample, [T, C, H, W].
    var shape: [Int]
    /// The frames of a tube.
    var tube: Int
    var patch: [Int]
    var width: Int

    /// How many tubes there are along time, height and width.
    var grid: [Int] { [shape[0] / tube, shape[2] / patch[0], shape[3] / patch[1]] }
  }

  let form: Form
  let parts: Parts
  private let weight: Parameter
  private let bias: Parameter
  /// No parameter, and in no file: moved where the input is.
  private let sinusoids: Tensor

  init(_ form: Form) {
    var parts = Parts()
    let name = "embeddings.patch_embeddings.projection"
    weight = parts.parameter(
      name + ".weight", [form.width, form.shape[1], form.tube] + form.patch)
    bias = parts.parameter(name + ".bias", [form.width])
    sinusoids = Self.sinusoids(form.grid.reduce(1, *), form.width)
    (self.form, self.parts) = (form, parts)
  }

  /// Row t: sin(t·ω₀), cos(t·ω₀), … with ωᵢ = 10000^(−2⌊i/2⌋/width).
  private static func sinusoids(_ count: Int, _ width: Int) -> Tensor {
    let values = (0..<count).flatMap { place in
      (0..<width).map { column in
        let angle = Double(place) / pow(10_000, Double(2 * (column / 2)) / Double(width))
        return Float(column.isMultiple(of: 2) ? sin(angle) : cos(angle))
      }
    }
    return Tensor(values, shape: [1, count, width])
  }

  func callAsFunction(_ x: Tensor, _ mode: ForwardMode, _ steps: StepLayout?) -> Tensor {
    let (grid, patch, channels) = (form.grid, form.patch, form.shape[1])
    let tubes = x.reshaped(
      [-1, grid[0], form.tube, channels, grid[1], patch[0], grid[2], patch[1]]
    ).permuted([0, 1, 4, 6, 3, 2, 5, 7]).reshaped(
      [-1, grid.reduce(1, *), channels * form.tube * patch[0] * patch[1]])
    let positions = tubes.linear(
      weight: weight.value.reshaped([form.width, -1]), bias: bias.value)
    return positions + sinusoids.to(positions.device, dtype: positions.dtype)
  }

  func validate(shape: [Int], of modality: String) throws {
    guard shape == form.shape else {
      throw EquipoiseError(
        .configuration,
        "modality '\(modality)': the encoder was made for \(form.shape), but its samples have shape \(shape)",
        at: "model.encoders.\(modality)", fix: "make the encoder for the data's shape")
    }
  }

  func adapt(_ tensors: inout [String: Tensor]) {
    let name = "embeddings.patch_embeddings.projection.weight"
    tensors[name] = tensors[name].map { Resizing.channels(of: $0, to: form.shape[1]) }
  }
}

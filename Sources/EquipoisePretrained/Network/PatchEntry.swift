// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import EquipoiseModels
import EquipoiseTorch

/// A picture's patches as positions, behind those that stand for all of it.
///
/// ```
/// patches    convolution whose window is a patch → [B, N, C]
/// entry      [class, others…, patches] + places → dropout → normalised where the network says so
/// ```
/// Frames of a video [T, C, H, W] are rows. Where samples have another size than the network was trained on, places are
/// interpolated; for other numbers of channels the convolution is summed or repeated (`adapt`).
final class PatchEntry: NetworkEntry {
  /// Sizes, and what the parameters are called.
  struct Form {
    /// Of the samples.
    var channels: Int
    var size: [Int]
    /// Of the trained network.
    var trainedSize: [Int]
    var patch: [Int]
    var stride: [Int]
    var width: Int
    var patches: String
    var patchesHaveBias = true
    /// What stands in front, with places of its own: names and shapes.
    var tokens: [(name: String, shape: [Int])] = []
    /// What stands behind the first and has no place: name and number.
    var registers: (name: String, count: Int)?
    /// The table of places.
    var places: String
    /// Whether it is [N, C] and not [1, N, C].
    var placesAreRows = false
    /// Whether the interpolation of places is antialiased.
    var placesAreSmoothed = false
    var dropout = 0.0
    /// A normalisation in front of the layers.
    var norm: (name: String, epsilon: Double)?

    /// How many patches there are along each side of a picture.
    static func grid(_ size: [Int], patch: [Int], stride: [Int]) -> [Int] {
      zip(size, zip(patch, stride)).map { $0 < $1.0 ? 0 : ($0 - $1.0) / $1.1 + 1 }
    }

    var grid: [Int] { Self.grid(size, patch: patch, stride: stride) }
    var trainedGrid: [Int] { Self.grid(trainedSize, patch: patch, stride: stride) }

    /// The positions that are no patches.
    var prefix: Int { tokens.count + (registers?.count ?? 0) }
  }

  let form: Form
  let parts: Parts
  private let weight: Parameter
  private let bias: Parameter?
  private let tokens: [Parameter]
  private let registers: Parameter?
  private let places: Parameter
  private let norm: LayerNorm?
  private let dropout: Dropout

  init(_ form: Form) {
    var parts = Parts()
    let count = form.tokens.count + form.grid.reduce(1, *)
    tokens = form.tokens.map { parts.parameter($0.name, $0.shape) }
    registers = form.registers.map { parts.parameter($0.name, [1, $0.count, form.width]) }
    places = parts.parameter(
      form.places, (form.placesAreRows ? [] : [1]) + [count, form.width])
    weight = parts.parameter(form.patches + ".weight", [form.width, form.channels] + form.patch)
    bias = form.patchesHaveBias ? parts.parameter(form.patches + ".bias", [form.width]) : nil
    norm = form.norm.map { parts.norm($0.name, form.width, $0.epsilon) }
    dropout = Dropout(form.dropout)
    (self.form, self.parts) = (form, parts)
  }

  func prepare(_ input: Tensor, _ steps: StepLayout?) -> Tensor {
    if case .rows(let rows)? = steps { return rows.gathered(input) }
    return input.rank == 4 ? input : input.reshaped([-1] + input.shape.suffix(3))
  }

  func callAsFunction(_ x: Tensor, _ mode: ForwardMode, _ steps: StepLayout?) -> Tensor {
    let rows = x.size(0)
    let patches = x.conv2d(
      weight: weight.value, bias: bias?.value, stride: form.stride
    ).flattened(from: 2).transposed(1, 2)
    func repeated(_ token: Tensor) -> Tensor {
      token.reshaped([1, -1, form.width]).expanded([rows, -1, -1])
    }
    var x = patches
    if !tokens.isEmpty {
      let front = tokens.map { repeated($0.value.to(patches.dtype)) }
      x = .concatenated(front + [patches], dimension: 1)
    }
    x = x + places.value.reshaped([1, -1, form.width])
    if let registers {
      let length = x.size(1)
      x = .concatenated(
        [
          x.slice(0..<1, dimension: 1), repeated(registers.value.to(x.dtype)),
          x.slice(1..<length, dimension: 1),
        ], dimension: 1)
    }
    x = dropout(x, mode)
    return norm.map { $0(x, mode) } ?? x
  }

  /// Valid frames as rows; all frames where the host does not know the lengths.
  func steps(of lengths: StepLengths) -> StepLayout {
    lengths.host == nil ? .paddedRows(lengths) : .rows(StepRows(lengths))
  }

  func validate(shape: [Int], of modality: String) throws {
    guard (3...4).contains(shape.count), Array(shape.suffix(3)) == [form.channels] + form.size
    else {
      throw EquipoiseError(
        .configuration,
        "modality '\(modality)': the encoder was made for \([form.channels] + form.size), but its samples have shape "
          + "\(shape)", at: "model.encoders.\(modality)",
        fix: "make the encoder for the data's shape")
    }
  }

  func adapt(_ tensors: inout [String: Tensor]) {
    let name = form.patches + ".weight"
    tensors[name] = tensors[name].map { Resizing.channels(of: $0, to: form.channels) }
    tensors[form.places] = tensors[form.places].map {
      Resizing.places(
        $0, prefix: form.tokens.count, from: form.trainedGrid, to: form.grid,
        antialiased: form.placesAreSmoothed)
    }
  }
}

/// Makes what a network has learned on pictures of one kind fit those of another.
enum Resizing {
  /// A convolution [O, I, …] for other channels: of one the sum over the trained ones, else the trained ones repeated in
  /// order and scaled by I / C, so that outputs keep their size. The rule is `timm`'s.
  static func channels(of weight: Tensor, to wanted: Int) -> Tensor {
    guard weight.rank > 2, weight.size(1) != wanted, wanted > 0 else { return weight }
    let trained = weight.size(1)
    let wide = weight.to(.float32)
    if wanted == 1 { return wide.sum(over: [1], keeping: true) }
    let repeated = Tensor.concatenated(
      [Tensor](repeating: wide, count: (wanted + trained - 1) / trained), dimension: 1)
    return repeated.slice(0..<wanted, dimension: 1) * (Double(trained) / Double(wanted))
  }

  /// A table of places [N, C] or [1, N, C] for another grid, by bicubic interpolation; the first rows stay.
  static func places(
    _ table: Tensor, prefix: Int, from: [Int], to grid: [Int], antialiased: Bool = false
  ) -> Tensor {
    let (rows, width) = (table.size(-2), table.size(-1))
    guard from != grid, rows == prefix + from.reduce(1, *) else { return table }
    let flat = table.to(.float32).reshaped([rows, width])
    let resized = flat.slice(prefix..<rows).reshaped([1] + from + [width]).permuted([0, 3, 1, 2])
      .resizedBicubic(height: grid[0], width: grid[1], antialiased: antialiased).permuted([
        0, 2, 3, 1,
      ])
      .reshaped([-1, width])
    let joined = Tensor.concatenated([flat.slice(0..<prefix), resized], dimension: 0)
    return joined.reshaped(table.shape.dropLast(2) + [joined.size(0), width])
  }
}

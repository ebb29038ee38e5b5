// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseData
internal import EquipoiseFormats

/// Draws the samples of the synthetic dataset.
///
/// Only additions, multiplications and comparisons are used, which IEEE 754 defines to the last
/// bit: hence triangle waves instead of sines.
struct SyntheticGenerator {
  private let options: SyntheticOptions
  private let size: Int
  private let motionLength = 48
  private let motionChannels = 3

  init(_ options: SyntheticOptions) {
    self.options = options
    size = options.size
  }

  var modalities: [String: ModalityDescription] {
    var modalities = [
      "audio": ModalityDescription(kind: .spectrogram, shape: [1, size, size], type: .uint8),
      "visual": ModalityDescription(kind: .image, shape: [1, size, size], type: .uint8),
    ]
    if options.motion {
      modalities["motion"] = ModalityDescription(
        kind: .sequence, shape: [motionLength, motionChannels], type: .float32)
    }
    return modalities
  }

  /// Sample `index` of a split. It has streams of its own, so that changing one modality's settings
  /// leaves the others as they are.
  func sample(_ index: Int, label: Int, in split: Split) throws -> PreparedSample {
    let stream = RandomStream(
      seed: UInt64(options.seed), "synthetic", split.rawValue, "\(index)")
    var audio = stream.substream("audio")
    var motion = stream.substream("motion")
    var visual = stream.substream("visual")
    let shape = [1, size, size]
    var inputs = [bytes(spectrogram(label, split, &audio), shape)]
    if options.motion { inputs.append(series(label, &motion)) }
    inputs.append(bytes(image(label, split, &visual), shape))
    var mistakes = stream.substream("label")
    let isMistaken = split != .test && mistakes.happens(withProbability: options.labelNoise)
    let other = 1 + mistakes.integer(below: options.classes - 1)
    return PreparedSample(
      inputs: inputs, label: isMistaken ? (label + other) % options.classes : label,
      id: "\(split.rawValue)-\(index)")
  }

  /// Two tones at a distance of four bands, whose pitch is the class; below them, a hum.
  private func spectrogram(_ label: Int, _ split: Split, _ stream: inout RandomStream) -> [Float] {
    var field = noise(&stream)
    var pitch = 4 + 4 * label + stream.integer(below: 3) - 1
    if split == .test, options.pitchShift > 0 {
      pitch += stream.integer(below: 2) == 0 ? options.pitchShift : -options.pitchShift
    }
    let rate = Float(stream.uniform() * 2 + 1)
    let phase = Float(stream.uniform())
    let ease = Float(options.audioEase)
    for (band, strength) in [(pitch, 1.6 * ease), (pitch + 4, 1.12 * ease)] {
      for column in 0..<size {
        let envelope = 0.6 + 0.4 * wave(Float(column) / Float(size) * rate + phase)
        for (offset, share) in [(-1, 0.5 as Float), (0, 1), (1, 0.5)] where band + offset >= 0 {
          let row = band + offset
          if row < size { field[row * size + column] += strength * share * envelope }
        }
      }
    }
    let tells = split != .test && stream.happens(withProbability: options.shortcut)
    let hum = size - 6 + (tells ? label : stream.integer(below: 6))
    for column in 0..<size { field[hum * size + column] += 1.2 }
    addSlope(vertical: unit(&stream), horizontal: 0, level: unit(&stream) * 0.5, to: &field)
    return field
  }

  /// A patch of texture somewhere; its direction and fineness are the class.
  private func image(_ label: Int, _ split: Split, _ stream: inout RandomStream) -> [Float] {
    var field = noise(&stream)
    let directions: [(Float, Float)] = [(1, 0.2), (0.2, 1), (0.75, 0.75)]
    let direction = directions[label % 3]
    let frequency = (label < 3 ? 4 : 7) * Float(stream.uniform() * 0.2 + 0.9) * Float(size) / 32
    let phase = Float(stream.uniform())
    let centre = (
      x: Float(stream.uniform() * 0.375 + 0.3125) * Float(size),
      y: Float(stream.uniform() * 0.375 + 0.3125) * Float(size)
    )
    let ease = 0.9 * Float(options.visualEase)
    let scale = Float(size) / 4
    for y in 0..<size {
      for x in 0..<size {
        let along = direction.0 * Float(x) + direction.1 * Float(y)
        let distance = max(abs(Float(x) - centre.x), abs(Float(y) - centre.y))
        let window = min(1, max(0, 1.4 - distance / scale))
        field[y * size + x] += ease * window * wave(along / Float(size) * frequency + phase)
      }
    }
    let tilt: Float = split == .test ? 1.5 : 1
    addSlope(
      vertical: tilt * unit(&stream), horizontal: tilt * unit(&stream),
      level: unit(&stream) * 0.5, to: &field)
    return field
  }

  /// A swing whose rhythm is the class, on one of three axes.
  private func series(_ label: Int, _ stream: inout RandomStream) -> HostArray {
    let rhythm = Float(2 + label) * Float(stream.uniform() * 0.1 + 0.95)
    let phase = Float(stream.uniform())
    let ease = Float(options.motionEase)
    var values: [Float] = []
    for step in 0..<motionLength {
      for axis in 0..<motionChannels {
        let swing = wave(Float(step) / Float(motionLength) * rhythm + phase + Float(axis) / 4)
        values.append(ease * swing + gaussian(&stream))
      }
    }
    return HostArray(floats: values, shape: [motionLength, motionChannels])
  }

  /// The triangle wave of period 1 between −1 and 1.
  private func wave(_ x: Float) -> Float {
    1 - 4 * abs(x - x.rounded(.down) - 0.5)
  }

  private func addSlope(
    vertical: Float, horizontal: Float, level: Float, to field: inout [Float]
  ) {
    for y in 0..<size {
      for x in 0..<size {
        field[y * size + x] +=
          vertical * (Float(y) / Float(size) - 0.5) + horizontal * (Float(x) / Float(size) - 0.5)
          + level
      }
    }
  }

  private func noise(_ stream: inout RandomStream) -> [Float] {
    (0..<size * size).map { _ in gaussian(&stream) }
  }

  /// From −1 to 1.
  private func unit(_ stream: inout RandomStream) -> Float { Float(stream.uniform() * 2 - 1) }

  /// Nearly normal, of variance 1: the sum of eight random bytes.
  private func gaussian(_ stream: inout RandomStream) -> Float {
    var bits = stream.next()
    var sum = 0
    for _ in 0..<8 {
      sum += Int(bits & 255)
      bits >>= 8
    }
    return Float(sum - 1020) / 209.02
  }

  /// −4 … 4 as 0 … 255.
  private func bytes(_ field: [Float], _ shape: [Int]) -> HostArray {
    HostArray(
      uint8s: field.map { UInt8(min(255, max(0, ($0 * 32 + 128).rounded()))) }, shape: shape)
  }
}

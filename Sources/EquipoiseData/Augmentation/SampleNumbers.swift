// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseFormats

/// The numbers of one sample, or of its valid steps, before they are normalised; uint8 stands for [0, 1].
struct SampleNumbers: Sendable {
  /// Planes of rows of columns.
  var values: [Float]
  /// How they lie.
  let grid: AugmentationGrid
  /// What they are.
  let modality: ModalityDescription

  /// The channel of a number.
  func channel(of index: Int) -> Int {
    switch modality.kind {
    case .sequence, .vector, .text: index % grid.columns
    case .image, .spectrogram, .video:
      index / (grid.rows * grid.columns) % modality.channels
    }
  }

  /// What one standard deviation of each channel is; 1 where the dataset has none.
  var deviations: [Float] {
    modality.std?.map(Float.init) ?? [Float](repeating: 1, count: modality.channels)
  }

  /// The mean of each channel; 0 where the dataset has none.
  var means: [Float] {
    modality.mean?.map(Float.init) ?? [Float](repeating: 0, count: modality.channels)
  }
}

extension SampleNumbers {
  /// The numbers of stored ones.
  init(
    _ source: UnsafeRawBufferPointer, grid: AugmentationGrid, modality: ModalityDescription
  ) {
    func map<Word: BitwiseCopyable>(_ type: Word.Type, _ number: (Word) -> Float) -> [Float] {
      (0..<source.count / MemoryLayout<Word>.size).map {
        number(
          source.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Word>.size, as: Word.self))
      }
    }
    self.grid = grid
    self.modality = modality
    values =
      switch modality.type {
      case .bool: map(UInt8.self) { $0 == 0 ? 0 : 1 }
      case .uint8: map(UInt8.self) { Float($0) / 255 }
      case .int8: map(Int8.self) { Float($0) }
      case .int16: map(Int16.self) { Float($0) }
      case .uint16: map(UInt16.self) { Float($0) }
      case .int32: map(Int32.self) { Float($0) }
      case .int64: map(Int64.self) { Float($0) }
      case .float16: map(Float16.self) { Float($0) }
      case .bfloat16: map(UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
      case .float32: map(Float.self) { $0 }
      case .float64: map(Double.self) { Float($0) }
      }
  }

  /// Stores them in the modality's type: whole numbers are rounded, and what it cannot hold becomes the nearest that
  /// it can.
  func store(into target: UnsafeMutableRawBufferPointer) {
    func put<Word: BitwiseCopyable>(_ word: (Float) -> Word) {
      for (index, value) in values.enumerated() {
        target.storeBytes(
          of: word(value), toByteOffset: index * MemoryLayout<Word>.size, as: Word.self)
      }
    }
    switch modality.type {
    case .bool: put { $0 < 0.5 ? 0 : 1 as UInt8 }
    case .uint8: put { Self.whole($0 * 255, UInt8.self) }
    case .int8: put { Self.whole($0, Int8.self) }
    case .int16: put { Self.whole($0, Int16.self) }
    case .uint16: put { Self.whole($0, UInt16.self) }
    case .int32: put { Self.whole($0, Int32.self) }
    case .int64: put { Self.whole($0, Int64.self) }
    case .float16: put { Float16(min(65504, max(-65504, $0))) }
    case .bfloat16: put { UInt16(truncatingIfNeeded: ($0.bitPattern &+ 0x8000) >> 16) }
    case .float32: put { $0 }
    case .float64: put { Double($0) }
    }
  }

  private static func whole<Word: FixedWidthInteger>(_ value: Float, _ type: Word.Type) -> Word {
    let rounded = Double(value).rounded()
    if rounded >= Double(Word.max) { return .max }
    return rounded <= Double(Word.min) ? .min : Word(rounded)
  }
}

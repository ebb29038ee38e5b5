// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseFormats

/// Changes one modality's samples at random while they are copied.
struct SampleAugmenter: Sendable {
  let name: String
  private let configuration: AugmentationConfiguration
  private let grid: AugmentationGrid
  private let modality: ModalityDescription
  /// What is done to the numbers before they are moved and blanked; usually nothing.
  private let changes: [any NumberChange]
  /// For each channel, the bits of the number that stands for nothing.
  private let fills: [UInt64]

  /// The augmenter for a configuration; nil when it changes nothing.
  ///
  /// Throws `EquipoiseError` when the modality cannot be changed that way.
  init?(_ modality: DatasetModality, _ configuration: AugmentationConfiguration) throws {
    // What is left out as a whole is not changed.
    var configuration = configuration
    configuration.modalityDropout = 0
    guard configuration != AugmentationConfiguration() else { return nil }
    grid = AugmentationGrid(modality.description)
    try AugmentationRules(configuration, for: modality).check()
    changes = configuration.changes
    name = modality.name
    self.configuration = configuration
    self.modality = modality.description
    fills = Self.fills(modality.description)
  }

  /// Copies a changed sample; both buffers hold one sample, or so many steps of one.
  func apply(
    to source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer,
    steps: Int? = nil, _ stream: inout RandomStream
  ) {
    let grid = steps.map { AugmentationGrid(modality, steps: $0) } ?? grid
    let plan = grid.plan(configuration, &stream)
    guard !changes.isEmpty else { return apply(plan, to: source, into: target, on: grid) }
    var numbers = SampleNumbers(source, grid: grid, modality: modality)
    for change in changes {
      var own = stream.substream(type(of: change).name)
      change.apply(to: &numbers, &own)
    }
    withUnsafeTemporaryAllocation(byteCount: source.count, alignment: 8) { changed in
      numbers.store(into: changed)
      apply(plan, to: UnsafeRawBufferPointer(changed), into: target, on: grid)
    }
  }

  /// Copies a sample changed by a plan; both buffers hold one sample.
  func apply(
    _ plan: AugmentationPlan, to source: UnsafeRawBufferPointer,
    into target: UnsafeMutableRawBufferPointer, on grid: AugmentationGrid? = nil
  ) {
    let grid = grid ?? self.grid
    switch modality.type.byteCount {
    case 1: copy(plan, source, target, grid, as: UInt8.self)
    case 2: copy(plan, source, target, grid, as: UInt16.self)
    case 4: copy(plan, source, target, grid, as: UInt32.self)
    default: copy(plan, source, target, grid, as: UInt64.self)
    }
  }

  private func copy<Word: FixedWidthInteger & BitwiseCopyable>(
    _ plan: AugmentationPlan, _ source: UnsafeRawBufferPointer,
    _ target: UnsafeMutableRawBufferPointer, _ grid: AugmentationGrid, as type: Word.Type
  ) {
    let width = MemoryLayout<Word>.size
    let rowBytes = grid.columns * width
    let result = target.bindMemory(to: Word.self)
    for plane in 0..<grid.planes {
      for row in 0..<grid.rows {
        let start = (plane * grid.rows + row) * grid.columns
        let line = UnsafeMutableBufferPointer(rebasing: result[start..<start + grid.columns])
        let sourceRow = row + plan.rowOffset
        guard (0..<grid.rows).contains(sourceRow),
          !plan.blankRows.contains(where: { $0.contains(row) })
        else {
          blank(line, 0..<grid.columns, plane)
          continue
        }
        let offset = (plane * grid.rows + sourceRow) * rowBytes
        fill(
          line, from: UnsafeRawBufferPointer(rebasing: source[offset..<offset + rowBytes]), plan,
          plane)
      }
    }
  }

  /// One row of the result from one row of the source.
  private func fill<Word: FixedWidthInteger & BitwiseCopyable>(
    _ line: UnsafeMutableBufferPointer<Word>, from source: UnsafeRawBufferPointer,
    _ plan: AugmentationPlan, _ plane: Int
  ) {
    let columns = grid.columns
    let inside = max(0, -plan.columnOffset)..<min(columns, columns - plan.columnOffset)
    for column in inside {
      line[column] = source.loadUnaligned(
        fromByteOffset: (column + plan.columnOffset) * MemoryLayout<Word>.size, as: Word.self)
    }
    blank(line, 0..<inside.lowerBound, plane)
    blank(line, inside.upperBound..<columns, plane)
    if plan.mirrored {
      var line = line
      line.reverse()
      if modality.flow, plane % modality.channels == 0 { negate(line) }
    }
    for columns in plan.blankColumns { blank(line, columns, plane) }
  }

  private func blank<Word: FixedWidthInteger & BitwiseCopyable>(
    _ line: UnsafeMutableBufferPointer<Word>, _ columns: Range<Int>, _ plane: Int
  ) {
    for column in columns {
      let channel = modality.kind == .sequence ? column : plane % modality.channels
      line[column] = Word(truncatingIfNeeded: fills[channel])
    }
  }

  /// The opposite motion. Integers have no opposite of their lowest value: the highest stands in.
  private func negate<Word: FixedWidthInteger & BitwiseCopyable>(
    _ line: UnsafeMutableBufferPointer<Word>
  ) {
    for column in line.indices {
      let word = line[column]
      if modality.type == .uint8 {
        line[column] = 255 - word
      } else if modality.type.isFloatingPoint {
        line[column] = word ^ (1 << (Word.bitWidth - 1))
      } else {
        let lowest: Word = 1 << (Word.bitWidth - 1)
        line[column] = word == lowest ? lowest &- 1 : 0 &- word
      }
    }
  }

  /// Black for pictures, no motion for flow; for sound and series the mean, which is zero after
  /// normalisation.
  private static func fills(_ modality: ModalityDescription) -> [UInt64] {
    let isPicture = modality.kind == .image || modality.kind == .video
    return (0..<modality.channels).map { channel in
      if isPicture { return modality.flow && modality.type == .uint8 ? 128 : 0 }
      return modality.type.bits(of: modality.mean?[channel] ?? 0)
    }
  }
}

extension ElementType {
  /// Whether the elements have a sign bit, an exponent and a fraction.
  var isFloatingPoint: Bool {
    switch self {
    case .float16, .bfloat16, .float32, .float64: true
    case .bool, .uint8, .int8, .int16, .uint16, .int32, .int64: false
    }
  }

  /// The bits that store `value`, given as training sees it: uint8 stands for [0, 1].
  fileprivate func bits(of value: Double) -> UInt64 {
    switch self {
    case .float64: value.bitPattern
    case .float32: UInt64(Float(value).bitPattern)
    case .bfloat16: UInt64((Float(value).bitPattern &+ 0x8000) >> 16)
    case .float16: UInt64(Float16(value).bitPattern)
    case .uint8, .bool: UInt64(min(255, max(0, (value * 255).rounded())))
    case .int8, .int16, .uint16, .int32, .int64:
      UInt64(bitPattern: Int64(min(1e15, max(-1e15, value.rounded()))))
    }
  }
}

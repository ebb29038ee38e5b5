// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseFormats

/// The samples of a split that are not written yet.
struct ShardBuffer {
  private(set) var count = 0
  private(set) var byteCount = 0
  private var inputs: [[UInt8]]
  private var labels: [Int64] = []
  private var targets: [Float] = []
  private var groups: [Int64] = []
  private var ids: [[UInt8]] = []
  /// The valid steps of each sample, of the modalities where they vary.
  private var lengths: [String: [Int64]]
  /// Whether each sample has a modality, of those that may be missing.
  private var present: [String: [UInt8]]
  private let modalities: [DatasetModality]

  init(_ modalities: [DatasetModality], lengths: Set<String>, absences: Set<String>) {
    self.modalities = modalities
    inputs = [[UInt8]](repeating: [], count: modalities.count)
    self.lengths = Dictionary(uniqueKeysWithValues: lengths.map { ($0, []) })
    present = Dictionary(uniqueKeysWithValues: absences.map { ($0, []) })
  }

  mutating func append(_ sample: PreparedSample) {
    for (index, input) in sample.inputs.enumerated() {
      input.withUnsafeBytes { inputs[index].append(contentsOf: $0) }
      byteCount += input.byteCount
    }
    for modality in modalities {
      let name = modality.name
      lengths[name]?.append(Int64(sample.lengths[name] ?? modality.description.shape[0]))
      present[name]?.append(sample.absent.contains(name) ? 0 : 1)
    }
    switch sample.answer {
    case .label(let label): labels.append(Int64(label))
    case .targets(let numbers): targets += numbers
    }
    if let group = sample.group { groups.append(Int64(group)) }
    if let id = sample.id { ids.append(Array(id.utf8)) }
    count += 1
  }

  /// Writes all samples to `path` in the prepared format. Returns the SHA-256 of each tensor.
  func write(to path: String, _ task: LearningTask) throws -> [String: String] {
    precondition(
      groups.isEmpty || groups.count == count, "DatasetWriter: \(groups.count) of \(count) groups")
    precondition(ids.isEmpty || ids.count == count, "DatasetWriter: \(ids.count) of \(count) ids")
    var tensors = modalities.map {
      TensorInfo(
        name: $0.name, type: $0.description.type, shape: [count] + $0.description.shape)
    }
    let width = targets.count / max(1, count)
    switch task {
    case .classification: tensors.append(TensorInfo(name: "label", type: .int64, shape: [count]))
    case .multilabel:
      tensors.append(TensorInfo(name: "label", type: .uint8, shape: [count, width]))
    case .regression:
      tensors.append(TensorInfo(name: Shard.targetName, type: .float32, shape: [count, width]))
    }
    if !groups.isEmpty { tensors.append(TensorInfo(name: "group", type: .int64, shape: [count])) }
    let idWidth = max(1, ids.map(\.count).max() ?? 0)
    if !ids.isEmpty {
      tensors.append(TensorInfo(name: "id", type: .uint8, shape: [count, idWidth]))
    }
    let ragged = raggedColumns
    tensors += ragged.map { TensorInfo(name: $0.name, type: $0.array.type, shape: [count]) }
    var digests: [String: String] = [:]
    try SafetensorsWriter(path: path, tensors: tensors).write { tensor, append in
      func put(_ bytes: UnsafeRawBufferPointer) throws {
        digests[tensor.name] = Digest.sha256Hex(of: bytes)
        try append(bytes)
      }
      switch tensor.name {
      case "label" where task == .classification: try labels.withUnsafeBytes(put)
      case "label": try targets.map { UInt8($0) }.withUnsafeBytes(put)
      case Shard.targetName where task == .regression: try targets.withUnsafeBytes(put)
      case "group": try groups.withUnsafeBytes(put)
      case "id": try padded(idWidth).withUnsafeBytes(put)
      default:
        for column in ragged where column.name == tensor.name {
          try column.array.withUnsafeBytes(put)
        }
        for (modality, bytes) in zip(modalities, inputs) where modality.name == tensor.name {
          try bytes.withUnsafeBytes(put)
        }
      }
    }
    return digests
  }

  /// `MODALITY.length` and `MODALITY.present`.
  private var raggedColumns: [(name: String, array: HostArray)] {
    lengths.sorted { $0.key < $1.key }.map {
      (RaggedNames.length($0.key), HostArray(int64s: $0.value, shape: [count]))
    }
      + present.sorted { $0.key < $1.key }.map {
        (RaggedNames.present($0.key), HostArray(uint8s: $0.value, shape: [count]))
      }
  }

  private func padded(_ width: Int) -> [UInt8] {
    ids.flatMap { $0 + [UInt8](repeating: 0, count: width - $0.count) }
  }
}

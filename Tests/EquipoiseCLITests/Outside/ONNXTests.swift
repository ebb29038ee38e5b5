// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseFormats
import EquipoiseTestSupport
import Foundation
import Testing

/// Exported models, run by onnxruntime, say what `equipoise predict` says.
@Suite(.serialized, .enabled(if: OutsidePython.isInstalled, "needs scripts/setup-outside"))
struct ONNXTests {
  private let folder: TemporaryFolder
  private var data: String { folder.file("data") }

  private static let modalities = [
    "vector": ModalityDescription(kind: .vector, shape: [6], type: .float32),
    "series": ModalityDescription(kind: .sequence, shape: [16, 2], type: .float32),
    "image": ModalityDescription(
      kind: .image, shape: [3, 16, 16], type: .uint8, mean: [0.5, 0.4, 0.3], std: [0.2, 0.3, 0.4]),
    "text": ModalityDescription(
      kind: .text, shape: [5], type: .int32, tokens: TokenDescription(vocabulary: 9)),
    "video": ModalityDescription(kind: .video, shape: [2, 1, 16, 16], type: .uint8),
  ]

  /// Settings that together use every encoder, every fusion, a coupling and a method that fuses itself.
  private static let models = [
    "concat-of-all":
      "vector: {type: mlp, width: 8, depth: 2, dropout: 0.1}, series: {type: conv1d, width: 4, depth: 2}, "
      + "text: {width: 8, heads: 2, depth: 2}",
    "sum joint text,vector": "text: {width: 8, heads: 2, depth: 2}, vector: {width: 8}",
    "shared mla vector,series": "vector: {width: 4}, series: {type: conv1d, width: 4, depth: 2}",
    "sum joint vector,series": "vector: {width: 8}, series: {width: 8, heads: 2, depth: 2}",
    "film joint vector,series": "vector: {width: 8}, series: {width: 8, heads: 2, depth: 2}",
    "gated joint series,image": "series: {width: 12, heads: 3, depth: 1}",
    "cosine joint series,video": "series: {type: conv1d, width: 4, depth: 2}",
    "mmtm joint image,video": "",
  ]

  init() throws {
    folder = try TemporaryFolder()
    let writer = try DatasetWriter(
      folder: data,
      description: DatasetDescription(
        name: "all", classes: ["a", "b", "c"], modalities: Self.modalities))
    for split in [Split.train, .validation, .test] {
      for index in 0..<12 {
        try writer.append(
          PreparedSample(inputs: Self.sample(index, split.rawValue), label: index % 3), to: split)
      }
    }
    try writer.finish()
  }

  private static func sample(_ index: Int, _ part: String) -> [HostArray] {
    var stream = RandomStream(seed: UInt64(index), part)
    return modalities.sorted { $0.key < $1.key }.map { _, modality in
      let numbers = (0..<modality.shape.reduce(1, *)).map { _ in stream.uniform() }
      if modality.kind == .text {
        return HostArray(numbers.map { Int32($0 * 9) }, shape: modality.shape)
      }
      return modality.type == .uint8
        ? HostArray(uint8s: numbers.map { UInt8($0 * 255) }, shape: modality.shape)
        : HostArray(floats: numbers.map { Float($0) * 4 - 2 }, shape: modality.shape)
    }
  }

  private func equipoise(_ arguments: [String]) throws -> String {
    let outcome = try CommandLineTool.run(arguments)
    try #require(outcome.status == 0, "\(outcome.errors)")
    return outcome.output
  }

  /// Trains some steps, so that running statistics and weights are no longer the first ones.
  private func train(_ model: String, _ encoders: String) throws -> (run: String, names: [String]) {
    let words = model.split(separator: " ").map(String.init)
    let names =
      words.count > 2
      ? words[2].split(separator: ",").map(String.init) : Self.modalities.keys.sorted()
    var arguments = [
      "train", "--data", data, "--out", folder.file(words.joined(separator: "-")), "--max-steps",
      "3", "--threads", "1",
      "--batch-size", "4", "--quiet", "--learning-rate", "0.01",
      "--modalities", names.joined(separator: ","),
    ]
    for image in names where ["image", "video"].contains(image) {
      arguments += [
        "--set", "model.encoders.\(image)={type: resnet18, width: 4, smallImageStem: true}",
      ]
    }
    if !encoders.isEmpty { arguments += ["--set", "model.encoders={\(encoders)}"] }
    if words.count > 2 {
      arguments += ["--method", words[1]]
      arguments += [
        "--set", words[0] == "mmtm" ? "model.coupling=mmtm" : "model.fusion=\(words[0])",
      ]
    }
    _ = try equipoise(arguments)
    return (folder.file(words.joined(separator: "-")), names)
  }

  @Test(arguments: models.keys.sorted())
  func onnxruntimeAgrees(model: String) throws {
    let (run, names) = try train(model, Self.models[model] ?? "")
    let out = run + ".onnx"
    let said = try equipoise([
      "export", run, "--weights", "last", "--format", "onnx", "--out", out,
    ])
    #expect(said.contains("from \(names.joined(separator: ", ")) to probabilities"))
    // More samples than the recording had, and a last batch of one.
    let files = try (Self.modalities.keys.sorted()).enumerated().filter { names.contains($1) }.map {
      position, name in
      let rows = (0..<9).map { Self.sample($0, "new")[position] }
      let shape = [rows.count] + rows[0].shape
      let path = folder.file("\(name).npy")
      let array =
        switch rows[0].type {
        case .uint8:
          HostArray(uint8s: rows.flatMap { $0.withUnsafeBytes { Array($0) } }, shape: shape)
        case .int32: HostArray(rows.flatMap { $0.floats().map { Int32($0) } }, shape: shape)
        default: HostArray(floats: rows.flatMap { $0.floats() }, shape: shape)
        }
      try NPY.write(array, to: path)
      return "\(name)=\(path)"
    }
    let found = try OutsidePython.run(
      "onnx_probabilities.py", [out] + files + ["--batch", "4"])
    let predicted = try equipoise(
      ["predict", run, "--weights", "last", "--format", "jsonl"]
        + files.flatMap { ["--input", $0] }
    ).split(separator: "\n").map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
    #expect(predicted.count == 9)
    #expect(found.count == names.count + 1)
    for name in ["fused"] + names {
      let key = name == "fused" ? "probabilities" : "probabilities_\(name)"
      let rows = try #require(found[key] as? [[Double]])
      #expect(rows.count == 9)
      for (row, line) in zip(rows, predicted) {
        let section = name == "fused" ? line : line["modalities"] as? [String: Any]
        let wanted = try #require(section?[name] as? [String: Double])
        let difference = zip(row, ["a", "b", "c"]).map { abs($0 - (wanted[$1] ?? .infinity)) }
        #expect(try #require(difference.max()) < 1e-4, "\(name)")
      }
    }
  }

  // MARK: Samples of different lengths

  private static let raggedModalities = [
    "clip": ModalityDescription(
      kind: .video, shape: [3, 1, 16, 16], type: .float32, mean: [0.5], std: [2]),
    "series": ModalityDescription(
      kind: .sequence, shape: [16, 2], type: .float32, mean: [1, -1], std: [2, 3]),
  ]

  /// Clip and series, with not-a-number behind the valid steps.
  private static func ragged(_ index: Int, _ part: String) -> PreparedSample {
    var stream = RandomStream(seed: UInt64(index), part)
    let lengths = ["clip": 1 + index % 3, "series": 1 + index * 5 % 16]
    let inputs = raggedModalities.sorted { $0.key < $1.key }.map { name, modality in
      let step = modality.shape.dropFirst().reduce(1, *)
      let valid = (0..<(lengths[name] ?? 0) * step).map { _ in Float(stream.uniform()) * 4 - 2 }
      let rest = [Float](repeating: .nan, count: modality.shape.reduce(1, *) - valid.count)
      return HostArray(floats: valid + rest, shape: modality.shape)
    }
    var sample = PreparedSample(inputs: inputs, label: index % 3, id: "s\(index)")
    sample.lengths = lengths
    return sample
  }

  @Test(arguments: ["conv1d", "transformer", "mmtm"])
  func onnxruntimeTakesLengths(model: String) throws {
    let data = folder.file("ragged")
    let writer = try DatasetWriter(
      folder: data,
      description: DatasetDescription(
        name: "ragged", classes: ["a", "b", "c"], modalities: Self.raggedModalities),
      lengths: ["clip", "series"])
    for (split, count) in [(Split.train, 12), (.validation, 6), (.test, 9)] {
      for index in 0..<count { try writer.append(Self.ragged(index, split.rawValue), to: split) }
    }
    try writer.finish()
    let run = folder.file("ragged-run")
    let series =
      model == "transformer"
      ? "{type: transformer, width: 8, heads: 2, depth: 2}" : "{type: conv1d, width: 4, depth: 4}"
    _ = try equipoise([
      "train", "--data", data, "--out", run, "--max-steps", "3", "--threads", "1", "--batch-size",
      "4", "--quiet", "--learning-rate", "0.01", "--set",
      "model.encoders={clip: {type: resnet18, width: 4, smallImageStem: true}, series: \(series)}",
      "--set", "model.coupling=\(model == "mmtm" ? "mmtm" : "none")",
    ])
    _ = try equipoise([
      "export", run, "--weights", "last", "--format", "onnx", "--out", run + ".onnx",
    ])
    let samples = (0..<9).map { Self.ragged($0, "test") }
    var files: [String] = []
    for (place, name) in Self.raggedModalities.keys.sorted().enumerated() {
      let rows = samples.map { $0.inputs[place] }
      try NPY.write(
        HostArray(floats: rows.flatMap { $0.floats() }, shape: [9] + rows[0].shape),
        to: folder.file(name + ".npy"))
      try NPY.write(
        HostArray(int64s: samples.map { Int64($0.lengths[name] ?? 0) }, shape: [9]),
        to: folder.file(name + ".length.npy"))
      files += [
        "\(name)=\(folder.file(name + ".npy"))",
        "\(name).length=\(folder.file(name + ".length.npy"))",
      ]
    }
    let found = try OutsidePython.run(
      "onnx_probabilities.py", [run + ".onnx"] + files + ["--batch", "4"])
    let rows = try #require(found["probabilities"] as? [[Double]])
    func predicted(_ arguments: [String]) throws -> [[String: Double]] {
      try equipoise(["predict", run, "--weights", "last", "--format", "jsonl"] + arguments)
        .split(separator: "\n").map { line in
          let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
          return try #require(object?["fused"] as? [String: Double])
        }
    }
    let wanted = try predicted([data])
    #expect(rows.count == 9 && wanted.count == 9)
    for (row, line) in zip(rows, wanted) {
      let difference = zip(row, ["a", "b", "c"]).map { abs($0 - (line[$1] ?? .infinity)) }
      #expect(try #require(difference.max()) < 1e-4)
    }
    // A sample in files of its own length is the same sample.
    let third = samples[2]
    for (place, name) in Self.raggedModalities.keys.sorted().enumerated() {
      let own = third.inputs[place].slice(rows: 0..<(third.lengths[name] ?? 0))
      try NPY.write(own, to: folder.file("own-" + name + ".npy"))
    }
    let alone = try predicted(
      ["clip", "series"].flatMap { ["--input", "\($0)=\(folder.file("own-" + $0 + ".npy"))"] })
    #expect(alone.count == 1)
    for (name, probability) in alone[0] {
      #expect(abs(probability - (wanted[2][name] ?? .infinity)) < 1e-6)
    }
  }

  // MARK: Samples that lack modalities

  /// The ragged samples, of which every third lacks the clip and every fourth the series; not-a-number stands there.
  private static func partial(_ index: Int, _ part: String) -> PreparedSample {
    let whole = ragged(index, part)
    let absent: Set<String> = index % 3 == 1 ? ["clip"] : index % 4 == 2 ? ["series"] : []
    let inputs = raggedModalities.keys.sorted().enumerated().map { place, name in
      let own = whole.inputs[place]
      return absent.contains(name)
        ? HostArray(
          floats: [Float](repeating: .nan, count: own.shape.reduce(1, *)), shape: own.shape) : own
    }
    var sample = PreparedSample(inputs: inputs, label: index % 3, id: "s\(index)")
    (sample.lengths, sample.absent) = (whole.lengths, absent)
    return sample
  }

  /// Methods with their own ways of fusing, a head that multiplies, coupled encoders, vectors for what is missing.
  @Test(arguments: [
    "joint", "joint model.missing=embedding", "joint model.fusion=film model.missing=embedding",
    "joint model.coupling=mmtm model.missing=embedding", "mmcosine model.fusion=cosine",
    "late-fusion model.fusion=sum", "mla model.fusion=shared",
    "greedy model.fusion=sum model.coupling=mmtm",
  ])
  func onnxruntimeTakesPresence(model: String) throws {
    let data = folder.file("partial")
    let writer = try DatasetWriter(
      folder: data,
      description: DatasetDescription(
        name: "partial", classes: ["a", "b", "c"], modalities: Self.raggedModalities),
      lengths: ["clip", "series"], absences: ["clip", "series"])
    for (split, count) in [(Split.train, 12), (.validation, 6), (.test, 12)] {
      for index in 0..<count {
        try writer.append(Self.partial(index, split.rawValue), to: split)
      }
    }
    try writer.finish()
    let run = folder.file("partial-run")
    let words = model.split(separator: " ").map(String.init)
    _ = try equipoise(
      [
        "train", "--data", data, "--out", run, "--max-steps", "6", "--threads", "1",
        "--batch-size", "4", "--quiet", "--learning-rate", "0.05", "--method", words[0], "--set",
        "model.encoders={clip: {type: resnet18, width: 4, smallImageStem: true}, series: "
          + "{type: conv1d, width: \(model.contains("shared") || model.contains("film") ? 32 : 8), depth: 4}}",
      ] + words.dropFirst().flatMap { ["--set", $0] })
    let said = try equipoise([
      "export", run, "--weights", "last", "--format", "onnx", "--out", run + ".onnx",
    ])
    #expect(
      said.contains("from clip, series, clip.length, clip.present, series.length, series.present"))
    let samples = (0..<12).map { Self.partial($0, "test") }
    var files: [String] = []
    for (place, name) in Self.raggedModalities.keys.sorted().enumerated() {
      let rows = samples.map { $0.inputs[place] }
      let arrays = [
        name: HostArray(floats: rows.flatMap { $0.floats() }, shape: [12] + rows[0].shape),
        // What is said of the length of an absent modality is nobody's concern.
        name + ".length": HostArray(
          int64s: samples.map { $0.absent.contains(name) ? 0 : Int64($0.lengths[name] ?? 0) },
          shape: [12]),
        name + ".present": HostArray(
          uint8s: samples.map { $0.absent.contains(name) ? 0 : 1 }, shape: [12]),
      ]
      for (key, array) in arrays {
        try NPY.write(array, to: folder.file(key + ".npy"))
        files.append("\(key)=\(folder.file(key + ".npy"))")
      }
    }
    let found = try OutsidePython.run(
      "onnx_probabilities.py", [run + ".onnx"] + files + ["--batch", "5"])
    let rows = try #require(found["probabilities"] as? [[Double]])
    let predicted = try equipoise(
      ["predict", run, data, "--weights", "last", "--format", "jsonl"]
    ).split(separator: "\n").map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
    #expect(rows.count == 12 && predicted.count == 12)
    func expectSame(_ row: [Double], _ wanted: [String: Double]?) throws {
      let difference = zip(row, ["a", "b", "c"]).map { abs($0 - (wanted?[$1] ?? .infinity)) }
      #expect(try #require(difference.max()) < 1e-4)
    }
    for (index, line) in predicted.enumerated() {
      try expectSame(rows[index], line["fused"] as? [String: Double])
      let modalities = try #require(line["modalities"] as? [String: [String: Double]])
      #expect(modalities.count == 2 - samples[index].absent.count)
      for (name, wanted) in modalities {
        let own = try #require(found["probabilities_\(name)"] as? [[Double]])
        try expectSame(own[index], wanted)
      }
    }
  }

  /// A model that has learned what stands for a missing modality takes what is present, of complete data too.
  @Test func learnedVectorsAreExported() throws {
    let encoders = "vector: {width: 8}, series: {width: 8, heads: 2, depth: 2}"
    let (run, _) = try train("sum joint vector,series", encoders)
    #expect(
      try equipoise(["export", run, "--format", "onnx", "--out", run + ".onnx"])
        .contains("from vector, series to"))
    let other = folder.file("learned")
    _ = try equipoise([
      "train", "--data", data, "--out", other, "--max-steps", "1", "--threads", "1", "--quiet",
      "--modalities", "vector,series", "--set", "model.encoders={\(encoders)}", "--set",
      "model.missing=embedding",
    ])
    #expect(
      try equipoise(["export", other, "--format", "onnx", "--out", other + ".onnx"])
        .contains("from vector, series, vector.present, series.present to"))
  }
}

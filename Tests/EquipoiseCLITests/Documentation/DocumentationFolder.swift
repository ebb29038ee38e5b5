// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseFormats
import EquipoiseTestSupport
import Foundation

/// What is in the folder in which a page's commands run: the program, and the data that the page takes for
/// granted, in place of the published ones a few numbers with the same modalities.
enum DocumentationFolder {
  static func fill(_ folder: TemporaryFolder, for page: Document) throws {
    let start = "#!/bin/sh\nexec python3 -B '\(Document.path("Tests/Outside/small_equipoise.py"))'"
    try write(
      start + " '\(CommandLineTool.executable.path)' \"$@\"\n", to: ".build/release/equipoise",
      folder)
    // README says how the program gets its short name; the other pages take it for granted.
    if page.name != "README.md" {
      try write(
        start + " '\(CommandLineTool.executable.path)' \"$@\"\n", to: "bin/equipoise", folder)
    }
    // Of the methods the first: all of them, on four datasets, would take minutes.
    try write(
      """
      #!/bin/sh
      methods=$(echo "$4" | cut -d , -f 1)
      TRIALS=1 SWEEP_SEEDS=0 exec '\(Document.path("scripts/tuned-comparison"))' "$1" "$2" "$3" "$methods"

      """, to: "scripts/tuned-comparison", folder)
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("Recipes"), withDestinationPath: Document.path("Recipes"))
    for (path, dataset) in datasets
    where ["--data", "--out"].contains(where: { page.text.contains("\($0) \(path)") }) {
      try write(dataset, to: folder.file(path))
    }
    if page.text.contains("--input clips") { try makeClips(in: folder.file("clips")) }
    if page.text.contains("--input posts") { try makePosts(in: folder) }
  }

  /// Pictures with texts, and a tokeniser of a few words.
  private static func makePosts(in folder: TemporaryFolder) throws {
    var table = "label,split,image,text\n"
    for number in 1...12 {
      let label = number % 2 == 0 ? "good" : "bad"
      let split = number > 8 ? "test" : "train"
      table += "\(label),\(split),\(number).png,\"a \(label) film, number \(number)\"\n"
    }
    try write(table, to: "posts/manifest.csv", folder)
    for number in 1...12 {
      try ffmpeg(
        "-f lavfi -i testsrc=size=64x48:rate=1:duration=\(number) -frames:v 1 -ss \(number - 1) "
          + folder.file("posts/\(number).png"))
    }
    try write(
      #"{"model":{"type":"WordPiece","unk_token":"[UNK]","vocab":{"[PAD]":0,"[UNK]":1,"a":2,"good":3,"bad":4,"film":5}},"#
        + #""pre_tokenizer":{"type":"Whitespace"}}"#, to: "bert/tokenizer.json", folder)
  }

  private static let image = ModalityDescription(kind: .image, shape: [1, 32, 32], type: .uint8)
  private static let vector = ModalityDescription(kind: .vector, shape: [6], type: .float32)
  private static let datasets = [
    "data/digits": DatasetDescription(
      name: "digits", classes: TinyDataset.classes, modalities: ["audio": image, "visual": image]),
    "data/utd": DatasetDescription(
      name: "utd-mhad", classes: TinyDataset.classes,
      modalities: [
        "depth": image,
        "inertial": ModalityDescription(kind: .sequence, shape: [32, 6], type: .float32),
      ]),
    "data/utd-flow": DatasetDescription(
      name: "utd-mhad", classes: TinyDataset.classes, modalities: ["depth": image, "flow": image]),
    "data/mosi": DatasetDescription(
      name: "cmu-mosi-2", classes: TinyDataset.classes,
      modalities: ["audio": vector, "text": vector, "video": vector]),
    "DATA": DatasetDescription(
      name: "data", classes: TinyDataset.classes, modalities: ["audio": image, "visual": image]),
  ]

  private static func write(_ description: DatasetDescription, to folder: String) throws {
    let writer = try DatasetWriter(folder: folder, description: description)
    var stream = RandomStream(seed: 1, "documentation")
    for (split, count) in [(Split.train, 12), (.validation, 6), (.test, 6)] {
      for index in 0..<count {
        let inputs = description.modalities.sorted { $0.key < $1.key }.map { _, modality in
          let values = (0..<modality.shape.reduce(1, *)).map { _ in Float(stream.uniform() * 255) }
          return modality.type == .uint8
            ? HostArray(uint8s: values.map { UInt8($0) }, shape: modality.shape)
            : HostArray(floats: values, shape: modality.shape)
        }
        try writer.append(PreparedSample(inputs: inputs, label: index % 3), to: split)
      }
    }
    try writer.finish()
  }

  /// Clips as README describes them: videos with their own sound, one with a sound file beside it.
  private static func makeClips(in folder: String) throws {
    for (label, tone) in [("yes", 440), ("no", 880)] {
      try FileManager.default.createDirectory(
        atPath: "\(folder)/\(label)", withIntermediateDirectories: true)
      let picture = "-f lavfi -i testsrc=size=64x48:rate=10:duration=1"
      let sound = "-f lavfi -i sine=frequency=\(tone):sample_rate=16000:duration=1"
      for number in 1...6 {
        let base = "\(folder)/\(label)/\(number)"
        try ffmpeg("\(picture) \(sound) -c:v mpeg4 -shortest -metadata title=\(number) \(base).mp4")
        if number == 2 { try ffmpeg("\(sound) \(base).wav") }
      }
    }
  }

  private static func ffmpeg(_ arguments: String) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments =
      ["ffmpeg", "-v", "error", "-nostdin", "-y"] + arguments.split(separator: " ").map(String.init)
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw EquipoiseError(
        .usage, "ffmpeg failed; the tests need it: apt-get install ffmpeg", at: arguments)
    }
  }

  private static func write(_ text: String, to name: String, _ folder: TemporaryFolder) throws {
    let file = folder.file(name)
    try FileManager.default.createDirectory(
      atPath: URL(fileURLWithPath: file).deletingLastPathComponent().path,
      withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(fileURLWithPath: file))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file)
  }
}

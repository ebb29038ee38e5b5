// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseFormats

/// The folder of spoken digits (FSDD) and handwritten digits (MNIST).
struct DigitsSource {
  /// The images of one MNIST file.
  struct Images {
    /// uint8 [N, 28, 28]
    let pixels: HostArray
    let labels: [Int]
  }

  static let side = 28
  static let sampleRate = 8000

  let recordings: [DigitRecording]
  let trainImages: Images
  let testImages: Images
  private let folder: String

  /// Reads the lists and maps the images. Throws `EquipoiseError` or `FormatError`.
  init(folder: String) throws {
    self.folder = folder
    recordings = try Self.recordings(folder + "/wav.csv")
    trainImages = try Self.images(folder + "/mnist_train.npz")
    testImages = try Self.images(folder + "/mnist_test.npz")
  }

  /// The samples of a recording, in [−1, 1].
  func samples(of recording: DigitRecording) throws -> [Float] {
    let path = folder + "/wav/" + recording.file
    let sound = try WAV.read(path)
    guard sound.sampleRate == Self.sampleRate else {
      throw EquipoiseError(
        .data, "is sampled at \(sound.sampleRate) Hz, not \(Self.sampleRate) Hz", at: path,
        fix: "resample it")
    }
    return sound.mono()
  }

  private static func recordings(_ path: String) throws -> [DigitRecording] {
    let table = try CSV.read(path)
    let files = try table.column("wav")
    let labels = try table.integers("label")
    let speakers = try table.column("speaker")
    let numbers = try table.integers("recording")
    return try files.indices.map { row in
      guard (0..<10).contains(labels[row]), !files[row].contains("/") else {
        throw EquipoiseError(
          .data, "label \(labels[row]) and file '\(files[row])' are not those of a digit",
          at: "\(path):\(table.line(ofRow: row))", fix: "correct the line")
      }
      return DigitRecording(
        file: files[row], label: labels[row], speaker: speakers[row], recording: numbers[row])
    }
  }

  private static func images(_ path: String) throws -> Images {
    let archive = try NPZ(path: path)
    let pixels = try archive.read("images")
    let labels = try archive.read("labels").int64s(named: "\(path): labels").map(Int.init)
    guard pixels.type == .uint8, pixels.shape == [labels.count, side, side],
      labels.allSatisfy((0..<10).contains)
    else {
      throw EquipoiseError(
        .data,
        "images are \(pixels) with \(labels.count) labels, but uint8 "
          + "[\(labels.count), \(side), \(side)] and labels from 0 to 9 are expected",
        at: path, fix: "make the file again from MNIST")
    }
    return Images(pixels: pixels, labels: labels)
  }
}

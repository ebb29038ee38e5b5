// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseData
internal import EquipoiseFormats

/// A recording of a spoken digit.
struct DigitRecording: Equatable {
  let file: String
  let label: Int
  let speaker: String
  let recording: Int
}

/// One sample: a recording and an image of the same digit.
struct DigitPair: Equatable {
  let split: Split
  let recording: DigitRecording
  /// Which of the images of the split's MNIST file: the training images for training and
  /// validation, the test images for test.
  let image: Int
}

/// Decides which recordings belong to which split and which image each is paired with.
struct DigitPairing {
  let options: DigitsOptions

  /// The samples of all splits.
  ///
  /// The recordings of a digit, in the order training, validation, test and within a split by
  /// number and speaker, take the images of the digit one after the other; no image is used twice.
  ///
  /// Throws `EquipoiseError` when a speaker does not exist or there are not enough images.
  func pairs(
    _ recordings: [DigitRecording], trainImages: [Int], testImages: [Int]
  ) throws -> [DigitPair] {
    let splits = try assignment(recordings)
    var pools = [Split.train: Pool(trainImages), .test: Pool(testImages)]
    var pairs: [DigitPair] = []
    for split in Split.allCases {
      let members = recordings.indices.filter { splits[$0] == split }.map { recordings[$0] }
      let ordered = members.sorted {
        ($0.recording, $0.speaker, $0.label) < ($1.recording, $1.speaker, $1.label)
      }
      let source = split == .test ? Split.test : .train
      for recording in ordered {
        for _ in 0..<options.imagesPerRecording {
          guard let image = pools[source]?.next(recording.label) else {
            throw EquipoiseError(
              .data,
              "MNIST's \(source.rawValue) file has too few images of the digit \(recording.label)",
              fix: "lower imagesPerRecording")
          }
          pairs.append(DigitPair(split: split, recording: recording, image: image))
        }
      }
    }
    return pairs
  }

  /// The images of each digit that are not used yet.
  private struct Pool {
    private var indices: [[Int]]
    private var used = [Int](repeating: 0, count: 10)

    init(_ labels: [Int]) {
      indices = (0..<10).map { digit in labels.indices.filter { labels[$0] == digit } }
    }

    mutating func next(_ digit: Int) -> Int? {
      guard used[digit] < indices[digit].count else { return nil }
      defer { used[digit] += 1 }
      return indices[digit][used[digit]]
    }
  }

  /// The split of each recording; nil for speakers in none.
  private func assignment(_ recordings: [DigitRecording]) throws -> [Split?] {
    switch options.split {
    case .official:
      return recordings.map { $0.recording < 5 ? .test : $0.recording < 10 ? .validation : .train }
    case .speaker:
      let splits = try speakerSplits(Set(recordings.map(\.speaker)).sorted())
      return recordings.map { splits[$0.speaker] }
    }
  }

  private func speakerSplits(_ known: [String]) throws -> [String: Split] {
    var splits: [String: Split] = [:]
    let lists: [(String, Split, [String])] = [
      ("trainSpeakers", .train, options.trainSpeakers),
      ("validationSpeakers", .validation, options.validationSpeakers),
      ("testSpeakers", .test, options.testSpeakers),
    ]
    for (key, split, speakers) in lists {
      for speaker in speakers {
        guard known.contains(speaker) else {
          throw EquipoiseError(
            .configuration, "there is no speaker '\(speaker)'", at: key,
            fix: Nearest.hint(speaker, in: known))
        }
        guard splits.updateValue(split, forKey: speaker) == nil else {
          throw EquipoiseError(
            .configuration, "speaker '\(speaker)' is listed twice", at: key,
            fix: "put each speaker into one split")
        }
      }
    }
    return splits
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseData
internal import Foundation

/// What names of folders and files mean by themselves.
enum FolderWords {
  /// The split that a folder's name stands for, however it is usually spelt: `Train`, `training`,
  /// `test_set`, `dev`. The names of `values` come first.
  static func split(_ name: String, _ values: SplitValues) -> Split? {
    let own = [
      (Split.train, values.train), (.validation, values.validation), (.test, values.test),
    ]
    if let found = own.first(where: { $0.1.contains(name) }) { return found.0 }
    var word = String(name.lowercased().filter { $0.isLetter })
    guard name.allSatisfy({ $0.isLetter || " _-.".contains($0) }) else { return nil }
    for ending in ["dataset", "set", "split", "data", "samples"] where word.hasSuffix(ending) {
      word.removeLast(ending.count)
      break
    }
    return own.first { $0.1.contains(word) }?.0 ?? splits[word]
  }

  private static let splits: [String: Split] = [
    "train": .train, "training": .train, "trn": .train, "test": .test, "testing": .test,
    "tst": .test, "val": .validation, "valid": .validation, "validation": .validation,
    "validate": .validation, "dev": .validation, "devel": .validation,
    "development": .validation,
  ]

  /// Whether a name has a word for a split in it, as `train_images` and `eval` do.
  static func resemblesSplit(_ name: String) -> Bool {
    name.lowercased().split { !$0.isLetter }.contains {
      splits[String($0)] != nil || ["eval", "evaluation", "holdout"].contains($0)
    }
  }

  /// Whether a folder is called after a kind of media.
  static func isModality(_ name: String) -> Bool {
    modalities.contains(name.lowercased().filter(\.isLetter))
  }

  private static let modalities: Set<String> = [
    "audio", "audios", "sound", "sounds", "wav", "wavs", "spectrogram", "spectrograms", "mel",
    "mels",
    "video", "videos", "visual", "frames", "image", "images", "picture", "pictures", "rgb", "flow",
    "opticalflow", "depth", "skeleton", "inertial", "features",
  ]

  /// Whether a folder is called after a person, as `Actor_03`, `s12` and `p225` are.
  static func isPerson(_ name: String) -> Bool {
    let word = name.lowercased().filter(\.isLetter)
    return name.contains(where: \.isNumber)
      && (word.count <= 1 || people.contains(word))
      && name.allSatisfy {
        $0.isLetter || $0.isNumber || " _-".contains($0)
      }
  }

  private static let people: Set<String> = [
    "speaker", "spk", "actor", "subject", "subj", "sub", "person", "participant", "patient", "user",
    "signer", "id",
  ]

  /// What systems and programs leave behind; nobody's samples.
  static func isOfTheSystem(_ name: String) -> Bool {
    name.hasPrefix(".") || system.contains(name.lowercased())
  }

  private static let system: Set<String> = [
    "__macosx", "thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "__pycache__", "@eadir",
    "$recycle.bin", "system volume information", "lost+found",
  ]

  /// Extensions of what is written about data, which no folder of samples consists of.
  static let documents: Set<String> = [
    "txt", "csv", "tsv", "json", "jsonl", "ndjson", "xml", "md", "rst", "pdf", "yaml", "yml",
    "html",
    "htm", "log", "srt", "vtt", "ass", "textgrid", "eaf", "lab", "py", "ipynb", "sh", "toml", "ini",
    "cfg", "bib", "tex", "doc", "docx", "xls", "xlsx", "safetensors",
  ]

  /// Extensions of media that are of no kind that is read, so that they are not taken for documents.
  static let unreadMedia: Set<String> = [
    "heic", "heif", "avif", "jxl", "jp2", "j2k", "svg", "psd", "raw", "cr2", "cr3", "nef", "arw",
    "dng",
    "tga", "exr", "hdr", "mid", "midi", "rm", "rmvb", "amr", "ape", "wv", "ac3", "dts", "swf",
  ]
}

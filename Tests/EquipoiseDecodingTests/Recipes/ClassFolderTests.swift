// SPDX-License-Identifier: Apache-2.0
import EquipoiseFormats
import Foundation
import EquipoiseDecoding
import Testing

import Equipoise
@testable import EquipoiseKit
@testable import EquipoisePreparation
@testable import EquipoiseSettings

/// Folders as people have them: how they are read, what is left out, and what is refused.
struct ClassFolderTests {
  private let tree: RawTree

  init() throws { tree = try RawTree() }

  private func listed(_ sets: [String] = []) throws -> ListedSamples { try tree.listed(sets) }

  private func problem(_ sets: [String] = []) -> String? {
    do {
      _ = try listed(sets)
      return nil
    } catch { return "\(error)".replacing(tree.path, with: "RAW") }
  }

  /// Puts the clips that names ask for: videos with sound, all other files without content.
  private func fill(_ names: [String]) throws {
    for name in names {
      if name.lowercased().hasSuffix("silent.mp4") {
        try tree.put("silent.mp4", at: name)
      } else if name.lowercased().hasSuffix(".mp4") {
        try tree.put("sounding.mp4", at: name)
      } else if name.hasSuffix("/") {
        try tree.folder(name)
      } else {
        try tree.write("", to: name)
      }
    }
  }

  /// `ID SPLIT CLASS GROUP FILES` of each row.
  private func rows(_ listed: ListedSamples) -> [String] {
    listed.rows.map {
      "\($0.id)|\($0.split)|\($0.label)|\($0.group ?? "")|\($0.files.joined(separator: " "))"
    }
  }

  struct Layout: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let files: [String]
    var sets: [String] = []
    let rows: [String]
    let modalities: [String]
  }

  static let layouts = [
    Layout(
      testDescription: "CLASS/file",
      files: ["cat/1.jpg", "cat/2.PNG", "dog/1.jpg"],
      rows: ["cat/1||cat||cat/1.jpg", "cat/2||cat||cat/2.PNG", "dog/1||dog||dog/1.jpg"],
      modalities: ["visual"]),
    Layout(
      testDescription: "Train/Test",
      files: ["Train/a/1.wav", "Train/b/2.wav", "Test/a/3.wav", "Test/b/4.wav"],
      rows: [
        "Test/a/3|test|a||Test/a/3.wav", "Test/b/4|test|b||Test/b/4.wav",
        "Train/a/1|train|a||Train/a/1.wav", "Train/b/2|train|b||Train/b/2.wav",
      ], modalities: ["audio"]),
    Layout(
      testDescription: "training/testing/dev",
      files: ["training/a/1.wav", "testing/a/2.wav", "dev/a/3.wav"],
      rows: [
        "dev/a/3|validation|a||dev/a/3.wav", "testing/a/2|test|a||testing/a/2.wav",
        "training/a/1|train|a||training/a/1.wav",
      ], modalities: ["audio"]),
    Layout(
      testDescription: "train val test annotations, Validation_Set",
      files: [
        "train/a/1.wav", "Validation_Set/a/2.wav", "test/a/3.wav", "annotations/all.json",
        "README.md",
      ],
      rows: [
        "Validation_Set/a/2|validation|a||Validation_Set/a/2.wav", "test/a/3|test|a||test/a/3.wav",
        "train/a/1|train|a||train/a/1.wav",
      ], modalities: ["audio"]),
    Layout(
      testDescription: "Kinetics: train/class name/clip.mp4, sound of its own",
      files: ["train/playing drums/x_000001_000011.MP4", "val/playing drums/y.mp4"],
      rows: [
        "train/playing drums/x_000001_000011|train|playing drums||"
          + "train/playing drums/x_000001_000011.MP4 train/playing drums/x_000001_000011.MP4",
        "val/playing drums/y|validation|playing drums||val/playing drums/y.mp4 val/playing drums/y.mp4",
      ], modalities: ["audio", "visual"]),
    Layout(
      testDescription: "CLASS/speaker/file",
      files: ["no/ann/1.wav", "no/bob/1.wav", "yes/ann/1.wav"],
      rows: [
        "no/ann/1||no|ann|no/ann/1.wav", "no/bob/1||no|bob|no/bob/1.wav",
        "yes/ann/1||yes|ann|yes/ann/1.wav",
      ], modalities: ["audio"]),
    Layout(
      testDescription: "SPLIT/CLASS/speaker/file",
      files: ["train/no/ann/1.wav", "train/yes/ann/1.wav", "test/no/bob/1.wav"],
      rows: [
        "test/no/bob/1|test|no|bob|test/no/bob/1.wav",
        "train/no/ann/1|train|no|ann|train/no/ann/1.wav",
        "train/yes/ann/1|train|yes|ann|train/yes/ann/1.wav",
      ],
      modalities: ["audio"]),
    Layout(
      testDescription: "MODALITY/CLASS/file; own sound where a file is missing",
      files: ["Audio/no/1.wav", "video/no/1.mp4", "video/yes/2.mp4"],
      rows: [
        "no/1||no||Audio/no/1.wav video/no/1.mp4", "yes/2||yes||video/yes/2.mp4 video/yes/2.mp4",
      ], modalities: ["audio", "video"]),
    Layout(
      testDescription: "SPLIT/MODALITY/CLASS with folders of frames",
      files: [
        "train/frames/a/x/1.jpg", "train/frames/a/x/2.jpg", "train/audio/a/x.wav",
        "test/frames/a/y/1.jpg", "test/audio/a/y.wav",
      ],
      rows: [
        "test/a/y|test|a||test/audio/a/y.wav test/frames/a/y",
        "train/a/x|train|a||train/audio/a/x.wav train/frames/a/x",
      ], modalities: ["audio", "frames"]),
    Layout(
      testDescription: "CLASS/SPLIT and CLASS/MODALITY",
      files: [
        "a/train/audio/1.wav", "a/train/rgb/1.jpg", "b/test/audio/2.wav", "b/test/rgb/2.jpg",
      ],
      rows: [
        "a/train/1|train|a||a/train/audio/1.wav a/train/rgb/1.jpg",
        "b/test/2|test|b||b/test/audio/2.wav b/test/rgb/2.jpg",
      ], modalities: ["audio", "rgb"]),
    Layout(
      testDescription: "a folder around all",
      files: ["archive/data/cat/1.jpg", "archive/data/dog/1.jpg"],
      rows: [
        "archive/data/cat/1||cat||archive/data/cat/1.jpg",
        "archive/data/dog/1||dog||archive/data/dog/1.jpg",
      ], modalities: ["visual"]),
    Layout(
      testDescription: "folders of frames beside sounds, with dots in names",
      files: ["a/v.1/f1.png", "a/v.1/f2.png", "a/v.1.wav", "b/v_2.avi/f1.png", "b/v_2.wav"],
      rows: ["a/v.1||a||a/v.1.wav a/v.1", "b/v_2||b||b/v_2.wav b/v_2.avi"],
      modalities: ["audio", "visual"]),
    Layout(
      testDescription: "a class called train",
      files: ["bicycle/1.jpg", "train/2.jpg"],
      rows: ["bicycle/1||bicycle||bicycle/1.jpg", "train/2||train||train/2.jpg"],
      modalities: ["visual"]),
    Layout(
      testDescription: "names that are not Latin, in either Unicode form",
      files: ["はい/1.wav", "cafe\u{301}/1.wav", "cafe\u{301}/1.jpg", "はい/1.jpg"],
      rows: [
        "cafe\u{301}/1||caf\u{e9}||cafe\u{301}/1.wav cafe\u{301}/1.jpg",
        "はい/1||はい||はい/1.wav はい/1.jpg",
      ], modalities: ["audio", "visual"]),
    Layout(
      testDescription: "all below a class, as torchvision reads it",
      files: ["cat/1.wav", "cat/more/2.wav", "dog/1.wav"], sets: ["levels=[class]"],
      rows: [
        "cat/1||cat||cat/1.wav", "cat/more/2||cat||cat/more/2.wav", "dog/1||dog||dog/1.wav",
      ], modalities: ["audio"]),
    Layout(
      testDescription: "photos of people as samples",
      files: ["happy/ann/a.jpg", "happy/ann/b.jpg", "sad/ann/c.jpg"],
      sets: ["modalities.visual.kind=image"],
      rows: [
        "happy/ann/a||happy|ann|happy/ann/a.jpg", "happy/ann/b||happy|ann|happy/ann/b.jpg",
        "sad/ann/c||sad|ann|sad/ann/c.jpg",
      ], modalities: ["visual"]),
    Layout(
      testDescription: "speakers above classes, said so",
      files: ["s1/yes/1.wav", "s2/no/1.wav"], sets: ["levels=[group, class]"],
      rows: ["s1/yes/1||yes|s1|s1/yes/1.wav", "s2/no/1||no|s2|s2/no/1.wav"],
      modalities: ["audio"]),
    Layout(
      testDescription: "splits of own names, one folder left out",
      files: ["train/a/1.wav", "eval/a/2.wav", "unlabelled/x/3.wav"],
      sets: ["splitValues.test=[eval]", "skip=[unlabelled]"],
      rows: ["eval/a/2|test|a||eval/a/2.wav", "train/a/1|train|a||train/a/1.wav"],
      modalities: ["audio"]),
    Layout(
      testDescription: "samples without a picture left out",
      files: ["yes/1.mp4", "yes/2.wav", "no/3.mp4"], sets: ["expectCounts=false"],
      rows: ["no/3||no||no/3.mp4 no/3.mp4", "yes/1||yes||yes/1.mp4 yes/1.mp4"],
      modalities: ["audio", "visual"]),
    Layout(
      testDescription: "sound of files and of videos",
      files: ["yes/1.mp4", "no/2.wav"], sets: ["only=[audio]"],
      rows: ["no/2||no||no/2.wav", "yes/1||yes||yes/1.mp4"], modalities: ["audio"]),
  ]

  @Test(arguments: layouts)
  func layout(_ layout: Layout) throws {
    try fill(layout.files)
    let found = try listed(layout.sets)
    #expect(rows(found) == layout.rows)
    #expect(found.modalities == layout.modalities)
  }

  @Test(
    arguments: [
      (
        ["train/a/1.wav", "test/a/2.wav", "extra/a/3.wav"],
        "RAW: 'test', 'train' name a split, but 'extra' beside them may be a split or a class; leave folders "
          + "out with skip=[extra], name splits with splitValues.test=[…], or say that "
          + "these are classes with levels=[class, group]"
      ),
      (
        ["train_images/a/1.jpg", "test_images/a/2.jpg"],
        "'test_images', 'train_images' beside one another may be a split or a class"
      ),
      (
        ["train/1.wav", "test/2.wav"],
        "RAW: files lie in folders for split, but in none for their class; put them into one folder for "
          + "each class"
      ),
      (
        ["audio/1.wav", "video/1.mp4"],
        "files lie in folders for modality, but in none for their class"
      ),
      (
        ["1.wav", "2.wav"],
        "RAW: media files lie in the folder itself, but in none for their class; put"
      ),
      (
        ["mic/yes/1.wav", "cam/yes/1.jpg"],
        "RAW: the folders 'cam', 'mic' may be modalities or classes; say so with "
          + "levels=[modality, class] or levels=[class, group]"
      ),
      (
        ["s1/yes/1.wav", "s2/no/1.wav"],
        "RAW: 's1', 's2' look like speakers, and the folders in them, 'no', 'yes', like classes; say which "
          + "are which with levels=[group, class] or levels=[class, group]"
      ),
      (
        ["cat/1.wav", "cat/more/2.wav", "dog/1.wav"],
        "RAW: files lie at different depths: in 'cat', 'dog', but also in 'cat/more'; put all at one depth"
      ),
      (["a/b/c/1.wav", "b/b/c/1.wav"], "below the classes there are 2 levels of folders"),
      (
        ["cat/ann/x.jpg", "dog/ann/y.jpg"],
        "RAW: the images in 2 folders, such as 'cat/ann', have no numbers in their names: they may be the "
          + "frames of one sample or samples themselves; say which with "
          + "modalities.visual.kind=frames or modalities.visual.kind=image"
      ),
      (
        ["yes/1.mp4", "no/2.wav"],
        "RAW: 1 of 2 samples have no visual: no/2; add the files, use what all have with "
          + "only=[audio], or leave these samples out with expectCounts=false"
      ),
      (
        ["yes/1.mp4", "no/2silent.mp4", "no/3.mp4"],
        "RAW: 1 of 3 samples have no audio, neither a file nor a sound track: no/2silent; add the files, "
          + "use what all have with only=[visual], or leave these samples out with "
          + "expectCounts=false"
      ),
      (
        ["yes/1.jpg", "no/2silent.mp4"],
        "RAW: the files of modality 'visual' are of several kinds: 1 of kind frames, such as "
          + "'no/2silent.mp4'; 1 of kind image, such as 'yes/1.jpg'; keep one kind, put each into a folder "
          + "of its own, MODALITY/CLASS, or choose how all are read with "
          + "modalities.visual.kind=frames"
      ),
      (
        ["yes/1.wav", "yes/1.mp3", "no/1.wav"],
        "RAW: two files are the audio of one sample 'yes/1': 'yes/1.mp3' and 'yes/1.wav'; rename or remove "
          + "one"
      ),
      (
        ["yes/1.wav", "no/1.wav", "maybe/"],
        "RAW: class 'maybe' has no media file: its folder 'maybe' is empty; add files that are read, or "
          + "leave the folder out with skip=[maybe]"
      ),
      (
        ["yes/1.wav", "no/1.wav", "maybe/1.xyz", "maybe/2.xyz"],
        "RAW: class 'maybe' has no media file: its folder 'maybe' has '1.xyz', '2.xyz'; add"
      ),
      (
        ["yes/1.wav", "no/1.wav", "no/2.heic"],
        "RAW: 1 media file is of a kind that is not read: 'no/2.heic' (1 .heic); convert them to a kind "
          + "that is read, such as PNG, WAV or MP4, or leave out what cannot be used with "
          + "expectCounts=false"
      ),
      (
        ["notes.txt"],
        "RAW: there is no manifest and no folder CLASS or SPLIT/CLASS with media files"
      ),
    ])
  func refused(files: [String], what: String) throws {
    try fill(files)
    let found = try #require(problem())
    #expect(found.contains(what), "\(found)")
  }

  @Test func whatIsLeftOutIsNamed() throws {
    try fill([
      "train/a/1.wav", "train/b/1.wav", "test/a/2.wav", "test/b/2.wav", ".DS_Store", "train/._a",
      "__MACOSX/train/a/1.wav", "train/a/Thumbs.db", "test/b/.ipynb_checkpoints/2.wav", "README",
      "train/labels.csv", "train/a/1.txt", "annotations/x.json", "train/3.wav", "old/9.wav",
    ])
    #expect(mkfifo(tree.path + "/train/a/pipe.wav", 0o600) == 0)
    #expect(symlink("..", tree.path + "/train/a/up") == 0)
    let notes = try listed(["skip=[old]"]).notes
    #expect(
      notes == [
        "read as SPLIT/CLASS: 2 classes, 4 samples",
        "left out: what is not a file, 1: 'train/a/pipe.wav'",
        "left out: 1 link leads back to a folder above: 'train/a/up'",
        "left out: 1 media file lies in no class's folder: 'train/3.wav'",
        "left out: 4 files are not media: 'README', 'annotations/x.json', 'train/a/1.txt', "
          + "'train/labels.csv' (1 without extension, 1 .csv, 1 .json, 1 .txt)",
        "left out: what 'skip' names, 1: 'old'",
        "left out: what belongs to the system, 5: '.DS_Store', '__MACOSX', "
          + "'test/b/.ipynb_checkpoints' and 2 more",
      ])
  }

  @Test func namesAndLinksThatCannotBeFollowed() throws {
    try fill(["a/1.wav", "b/1.wav", "gone/1.wav"])
    let latin = (Array((tree.path + "/caf").utf8) + [0xE9, 0]).map { CChar(bitPattern: $0) }
    #expect(mkdir(latin, 0o700) == 0)
    #expect(
      problem() == "RAW: 1 name is not UTF-8: 'caf\\xE9'; rename them, for example with "
        + "'convmv -f latin1 -t utf8 -r --notest DIR', or leave out what cannot be used with "
        + "expectCounts=false")
    #expect(rmdir(latin) == 0)
    #expect(symlink("/usr/lib", tree.path + "/out") == 0)
    #expect(
      problem()?.hasPrefix("RAW: 1 link leads out of the folder: 'out'; put the files") == true)
    #expect(unlink(tree.path + "/out") == 0)
    #expect(symlink("nowhere", tree.path + "/lost") == 0)
    #expect(
      problem()?.hasPrefix("RAW: what cannot be read, 1: 'lost' (No such file or directory); give")
        == true)
    let notes = try listed(["expectCounts=false"]).notes
    #expect(notes.contains("left out: what cannot be read, 1: 'lost' (No such file or directory)"))
  }

  @Test func aVideoFileWithSoundAlone() throws {
    try tree.put("heard.mp4", at: "a/1.mp4", "b/1.mp4")
    #expect(try listed().modalities == ["audio"])
  }

  /// For prediction files may lie at any depth; what a modality is made of tells where a file belongs.
  @Test func foldersToPredict() throws {
    func found(_ kinds: [String: MediaKind], maxCorrupt: Int = 0) throws -> ListedSamples {
      let media = MediaPreparation(workers: 1, maxCorrupt: maxCorrupt) { _ in FFmpegDecoder() }
      let wanted = WantedModalities(
        names: kinds.keys.sorted(), kinds: kinds, classes: ["yes", "no"])
      return try UnsortedFolder(MediaFolder(tree.path), wanted, media).rows()
    }
    try fill(["1.mp4", "yes/2.mp4", "new/deep/yes/3.mp4", "note.txt"])
    let films = try found(["heard": .spectrogram, "seen": .frames])
    #expect(
      rows(films) == [
        "1||||1.mp4 1.mp4", "new/deep/yes/3||yes||new/deep/yes/3.mp4 new/deep/yes/3.mp4",
        "yes/2||yes||yes/2.mp4 yes/2.mp4",
      ])
    #expect(films.modalities == ["heard", "seen"])
    #expect(films.notes == ["left out: 1 file is not media: 'note.txt' (1 .txt)"])
    try fill(["4silent.mp4"])
    let error = #expect(throws: EquipoiseError.self) {
      try found(["heard": .spectrogram, "seen": .frames])
    }
    #expect(error?.what == "1 of 4 samples have no heard: 4silent")
    #expect(try found(["heard": .spectrogram, "seen": .frames], maxCorrupt: 1).rows.count == 3)
    #expect(try found(["seen": .frames]).rows.count == 4)
    let parts = try RawTree()
    for name in ["audio/x.wav", "rgb/x/1.jpg", "rgb/x/2.jpg", "audio/yes/y.wav", "rgb/yes/y/1.jpg"]
    {
      try parts.write("", to: name)
    }
    let media = MediaPreparation(workers: 1) { _ in FFmpegDecoder() }
    let wanted = WantedModalities(
      names: ["audio", "rgb"], kinds: ["audio": .spectrogram, "rgb": .frames], classes: ["yes"])
    #expect(
      rows(try UnsortedFolder(MediaFolder(parts.path), wanted, media).rows()) == [
        "x||||audio/x.wav rgb/x", "yes/y||yes||audio/yes/y.wav rgb/yes/y",
      ])
  }

  @Test func refusedBeforeDecoding() throws {
    try tree.write("no sound", to: "a/1.wav")
    try tree.write("no sound", to: "a/2.wav")
    #expect(
      tree.problem("manifest")
        == "\(tree.path): all samples are of one class, 'a'; add samples of at least one other class"
    )
    try fill(["train/a/1.wav", "test/b/1.wav"])
    try FileManager.default.removeItem(atPath: tree.path + "/a")
    #expect(
      tree.problem("manifest")
        == "\(tree.path): no sample for training is of class 'b'; add some, or leave the class out")
  }
}

// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseFormats
import Foundation
import EquipoiseDecoding
import Testing

/// CREMA-D as it is published: AudioWAV, VideoFlash, lists without header, with BOM and CRLF; the voices
/// are synthetic.
struct CREMADRecipeTests {
  private let tree: RawTree
  private static let emotions = ["ANG", "DIS", "FEA", "HAP", "NEU", "SAD"]

  init() throws {
    tree = try RawTree()
    var (train, test) = ("", "")
    for (speaker, voice) in [("1001", "en"), ("1002", "en+f2"), ("1003", "en+m3")] {
      for (index, emotion) in Self.emotions.enumerated() {
        let name = "\(speaker)_IEO_\(emotion)_HI"
        try tree.say(
          "It's eleven o'clock", pitch: 10 + 15 * index, voice: voice, to: "AudioWAV/\(name).wav")
        if speaker == "1001" {
          try tree.make(
            "VideoFlash/\(name).flv",
            "-f lavfi -i testsrc=size=48x36:rate=30:duration=2.2,hue=h=\(60 * index) -c:v flv")
        } else {
          try tree.copy(
            "VideoFlash/1001_IEO_\(emotion)_HI.flv", to: "VideoFlash/\(name).flv")
        }
        if speaker == "1003" {
          test += "\(name),\(emotion)\r\n"
        } else {
          train += "\(name),\(emotion)\r\n"
        }
      }
    }
    try tree.write("\u{FEFF}" + train, to: "train.csv")
    try tree.write(test, to: "test.csv")
  }

  @Test func asOGMGE() throws {
    let data = try tree.prepare("crema-d", ["expectCounts=false"])
    #expect(data.description.classes == ["NEU", "HAP", "SAD", "FEA", "DIS", "ANG"])
    #expect(data.description.modalities["audio"]?.shape == [1, 257, 188])
    #expect(data.description.modalities["visual"]?.shape == [1, 3, 224, 224])
    #expect(data.description.modalities["visual"]?.type == .uint8)
    let (train, test) = (try data.samples(.train), try data.samples(.test))
    #expect((train.count, test.count) == (12, 6))
    #expect(train.labels == [5, 4, 3, 1, 0, 2, 5, 4, 3, 1, 0, 2])
    #expect(train.groups == [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1] && test.groups?.first == 2)
    #expect(train.id(of: 0) == "1001_IEO_ANG_HI")
  }

  @Test func asDiagnosingRelearningIntoTraining() throws {
    try tree.write("name,label\n1001_IEO_ANG_HI,ANG\n", to: "lists/test.csv")
    let train = try String(contentsOfFile: tree.path + "/train.csv", encoding: .utf8)
    try tree.write("name,label\r\n" + train.drop { $0 == "\u{FEFF}" }, to: "lists/my_train.csv")
    try tree.write("name,label\n1003_IEO_SAD_HI,SAD\n", to: "lists/val.csv")
    #expect(
      tree.problem("crema-d", ["split=validation", "lists=lists"])?.contains("called") == true)
    try tree.write("name,label\n1003_IEO_ANG_HI,ANG\n", to: "lists/test.csv")
    let data = try tree.prepare(
      "crema-d",
      ["variant=d-and-r", "split=validation", "lists=lists", "expectCounts=false", "size=32"]
        + ["precision=float16"])
    #expect(data.description.classes == Self.emotions)
    #expect(data.description.modalities["audio"]?.shape == [1, 128, 1024])
    #expect(data.description.modalities["audio"]?.type == .float16)
    #expect(data.description.modalities["visual"]?.shape == [2, 3, 32, 32])
    #expect(try data.samples(.validation).count == 1)
    try tree.train()
  }

  @Test func speakersApart() throws {
    let data = try tree.prepare(
      "crema-d",
      ["split=speaker", "testShare=0.33", "expectCounts=false", "size=16", "modalities=[visual]"])
    let train = Set(try data.samples(.train).groups ?? [])
    let test = Set(try data.samples(.test).groups ?? [])
    #expect(train.count == 2 && test.count == 1 && train.isDisjoint(with: test))
  }

  @Test func countsAndMissingClips() throws {
    #expect(
      tree.problem("crema-d")
        == "\(try MediaFolder(tree.path).path): 6 samples for test where 744 are published; 12 samples for "
        + "train where 6698 are published; complete the folder, or accept it with "
        + "expectCounts=false")
    try FileManager.default.removeItem(atPath: tree.path + "/AudioWAV/1002_IEO_FEA_HI.wav")
    let problem = try #require(tree.problem("crema-d"))
    #expect(problem.contains("11 samples for train"))
    #expect(problem.contains("missing: 1002_IEO_FEA_HI (AudioWAV/1002_IEO_FEA_HI.wav)"))
    let data = try tree.prepare("crema-d", ["expectCounts=false", "size=16"])
    #expect(try data.samples(.train).count == 11)
    #expect(
      try String(contentsOfFile: data.folder + "/missing.csv", encoding: .utf8)
        == "id,split,modality,file\n1002_IEO_FEA_HI,train,audio,AudioWAV/1002_IEO_FEA_HI.wav\n")
    try tree.write("1001_IEO_ANG_HI,ANGRY\n", to: "train.csv")
    #expect(
      tree.problem("crema-d")?.hasSuffix(
        "train.csv:1: the line is not 'SPEAKER_SENTENCE_EMOTION_LEVEL,EMOTION'; take the list as it "
          + "was published") == true)
  }

  @Test func framesAreThoseAtOnePerSecond() throws {
    let data = try tree.prepare(
      "crema-d", ["expectCounts=false", "frames=3", "choice=leading", "modalities=[visual]"])
    let sheet = tree.maker.file("sheet")
    _ = try DataPreview.write(
      data.folder, to: sheet, recipe: "manifest", sets: [], perClass: 1, media: .none)
    let frames = try FFmpegDecoder().frames(
      tree.path + "/VideoFlash/1001_IEO_NEU_HI.flv", at: [0.01, 1.01, 2.01])
    // The first row shows the first sample of class NEU at every second pixel.
    let picture = try FFmpegDecoder().image(sheet + "/visual.png")
    for (index, frame) in frames.enumerated() {
      let resized = try ImageFeature.stretched224(frame, of: "frame").floats()
      let shown = picture.floats()
      for (y, x) in [(10, 20), (60, 60), (100, 40)] {
        for colour in 0..<3 {
          #expect(
            shown[(y * picture.shape[1] + index * 116 + x) * 3 + colour]
              == resized[(colour * 224 + 2 * y) * 224 + 2 * x])
        }
      }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseFormats
import Foundation
import EquipoiseDecoding
import Testing

/// Pictures of all kinds, by what they are and not by their names.
struct PictureKindTests {
  private let maker: MediaMaker
  private let decoder = FFmpegDecoder()

  init() throws { maker = try MediaMaker() }

  private static let still = "-f lavfi -i testsrc=size=51x37 -frames:v 1"

  @Test(
    arguments: [
      ("a.webp", "-c:v libwebp -lossless 1"), ("lossy.webp", "-c:v libwebp"), ("a.bmp", ""),
      ("a.tif", ""), ("packed.tiff", "-compression_algo lzw"), ("a.gif", ""),
      ("gray.bmp", "-pix_fmt gray"), ("alpha.webp", "-c:v libwebp -lossless 1 -pix_fmt bgra"),
      ("deep.tif", "-pix_fmt rgb48le"),
    ], ["", ".jpg"])
  func pixels(_ kind: (name: String, options: String), suffix: String) throws {
    let made = try maker.make(kind.name, "\(Self.still) \(kind.options)")
    let expected = try MediaMaker.rawFrames(made)
    let file = maker.file(kind.name + suffix)
    if !suffix.isEmpty { try FileManager.default.moveItem(atPath: made, toPath: file) }
    let picture = try decoder.picture(file)
    #expect(picture.array.shape == [37, 51, 3] && picture.warnings.isEmpty)
    #expect(picture.array.withUnsafeBytes { Array($0) } == expected)
  }

  @Test(arguments: [("a.gif", "GIF"), ("a.png", "APNG")])
  func animations(name: String, title: String) throws {
    let file = try maker.make(
      name,
      "-f lavfi -i testsrc=size=51x37:rate=5:duration=1"
        + (name == "a.png" ? " -f apng" : ""))
    let picture = try decoder.picture(file)
    #expect(
      picture.warnings == [
        "it is an animation (\(title)), of which the first picture is taken; kind=frames takes more"
      ])
    let frames = try decoder.frames(file, at: decoder.frameTimes(file))
    #expect(frames.count == 5)
    #expect(frames[0].floats() == picture.array.floats())
    #expect(frames[4].floats() != picture.array.floats())
  }

  @Test func animationOfOneFrame() throws {
    let file = try maker.make("a.gif", Self.still)
    #expect(try decoder.frameTimes(file) == [0])
    let frames = try decoder.frames(file, at: [0, 0.001])
    #expect(frames.map(\.shape) == [[37, 51, 3], [37, 51, 3]])
  }

  @Test func animatedWebP() throws {
    let file = try maker.make(
      "a.webp", "-f lavfi -i testsrc=size=51x37:rate=5:duration=1 -c:v libwebp_anim -f webp")
    #expect(
      throws: EquipoiseError.media(
        file, "it is an animated WebP, which FFmpeg \(FFmpegDecoder.version) does not read",
        fix: "convert it, for instance to GIF or MP4")
    ) { try decoder.image(file) }
  }

  @Test func whatFilesReallyAre() throws {
    let unread = "it is not a media file of a kind that is read: it is"
    let fix = "name a sound, video or picture file, or leave it out"
    for (name, bytes, nature) in [
      (
        "page.jpg", Array("\n<!DOCTYPE html><html><body>404</body></html>".utf8),
        "a web page (HTML)"
      ),
      (
        "pointer.wav", Array("version https://git-lfs.github.com/spec/v1\noid".utf8),
        "a Git LFS pointer, not the file itself"
      ),
      ("answer.jpg", Array("{\"error\": \"not found\"}".utf8), "a JSON document"),
      ("drawing.png", Array("<?xml version=\"1.0\"?><svg xmlns=\"x\"/>".utf8), "an SVG drawing"),
      ("archive.mp4", [0x50, 0x4B, 3, 4, 20, 0, 0, 0, 8, 0], "a ZIP archive"),
      ("text.png", Array("only words\n".utf8), "a text file"),
      (
        "phone.jpg",
        [0, 0, 0, 24] + Array("ftypheic".utf8) + [0, 0, 0, 0] + Array("mif1heic".utf8),
        "a HEIC picture"
      ),
    ] {
      let file = try maker.write(bytes, to: name)
      #expect(throws: EquipoiseError.media(file, "\(unread) \(nature)", fix: fix)) {
        try decoder.image(file)
      }
    }
  }

  @Test func wrongKinds() throws {
    let picture = try maker.make("a.jpg", Self.still)
    let sound = try maker.make("a.wav", "-f lavfi -i sine=duration=0.2")
    let video = try maker.makeIndexed("a.mp4")
    let kind = "read it with kind=image, or name another file"
    #expect(
      throws: EquipoiseError.media(picture, "it is a picture (JPEG) and has no audio", fix: kind)
    ) { try decoder.audio(picture, sampleRate: 16_000) }
    #expect(
      throws: EquipoiseError.media(picture, "it is a picture (JPEG) and has no video", fix: kind)
    ) { try decoder.frameTimes(picture) }
    let other = "choose kind=frames or kind=spectrogram for it, or name a picture"
    #expect(
      throws: EquipoiseError.media(sound, "it is a sound file (WAV), not a picture", fix: other)
    ) { try decoder.image(sound) }
    #expect(
      throws: EquipoiseError.media(
        video, "it is a video (MP4 or QuickTime), not a picture", fix: other)
    ) { try decoder.image(video) }
  }
}

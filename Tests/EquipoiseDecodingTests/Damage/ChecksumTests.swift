// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseFormats
import Foundation
import EquipoiseDecoding
import Testing

/// Damage in the middle of a file that is as long as it was.
struct ChecksumTests {
  private let maker: MediaMaker
  private let decoder = FFmpegDecoder()

  init() throws { maker = try MediaMaker() }

  /// The file with one bit changed, some way into it.
  private func changed(_ file: String, at share: Double) throws -> String {
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
    bytes[Int(Double(bytes.count) * share)] ^= 0x10
    return try maker.write(bytes, to: "changed-\(share)-" + (file as NSString).lastPathComponent)
  }

  /// The check sums of FLAC's frames and PNG's chunks; one frame of two hundred is enough.
  @Test(arguments: [0.3, 0.5, 0.7, 0.9, 0.98])
  func oneBitOfALosslessFile(_ share: Double) throws {
    let sound = try maker.make("a.flac", "-f lavfi -i sine=duration=20:sample_rate=44100")
    #expect(try decoder.sound(sound, sampleRate: 16_000, atMost: nil).warnings.isEmpty)
    let broken = try changed(sound, at: share)
    let error = #expect(throws: EquipoiseError.self) {
      try decoder.sound(broken, sampleRate: 16_000, atMost: nil)
    }
    #expect(error?.what.hasPrefix("it is damaged: 1 of ") == true, "\(error?.what ?? "")")
    #expect(error?.what.contains("packets cannot be decoded") == true)
    let picture = try maker.make("a.png", "-f lavfi -i testsrc=size=200x150 -frames:v 1")
    #expect(try decoder.picture(picture).array.shape == [150, 200, 3])
    let spoilt = try changed(picture, at: share)
    #expect(throws: EquipoiseError.self) { try decoder.picture(spoilt) }
    // Of many chunks the one that is spoilt is skipped, and rows are missing.
    let noise = try maker.make(
      "noise.png", "-f lavfi -i color=gray:size=200x150,noise=alls=100 -frames:v 1")
    #expect(try decoder.picture(noise).warnings.isEmpty)
    let holed = try changed(noise, at: share)
    #expect(throws: EquipoiseError.self) { try decoder.picture(holed) }
  }

  private func zeroed(_ path: String, _ share: Double, of length: Double) throws -> String {
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    let start = Int(Double(bytes.count) * share)
    for index in start..<start + Int(Double(bytes.count) * length) { bytes[index] = 0 }
    return try maker.write(bytes, to: "holed-" + (path as NSString).lastPathComponent)
  }

  /// Streams promise no length: what is lost in their middle shows in their times.
  @Test(arguments: ["a.ts", "a.mpg"])
  func aHoleInAVideoStream(_ name: String) throws {
    let video = try maker.make(
      name, "-f lavfi -i testsrc2=size=96x64:rate=25:duration=4 -c:v mpeg2video -b:v 400k")
    #expect(try decoder.frameTimes(video).count == 100)
    let holed = try zeroed(video, 0.45, of: 0.15)
    let error = #expect(throws: EquipoiseError.self) { try decoder.frameTimes(holed) }
    #expect(error?.what.contains("frames are there") == true, "\(error?.what ?? "")")
  }

  @Test func aHoleInAnOggStream() throws {
    let sound = try maker.make(
      "a.ogg", "-f lavfi -i anoisesrc=duration=8:sample_rate=44100 -c:a libvorbis")
    #expect(try decoder.sound(sound, sampleRate: 16_000, atMost: nil).warnings.isEmpty)
    let holed = try zeroed(sound, 0.4, of: 0.2)
    let error = #expect(throws: EquipoiseError.self) {
      try decoder.sound(holed, sampleRate: 16_000, atMost: nil)
    }
    #expect(error?.what.hasPrefix("it is damaged: ") == true, "\(error?.what ?? "")")
  }

  /// Of a lossy file a player would skip a broken packet: it is read, with a warning.
  @Test func aBrokenPacketOfALossyFile() throws {
    let sound = try maker.make(
      "a.mp3", "-f lavfi -i sine=duration=8:sample_rate=44100 -c:a libmp3lame -b:a 128k")
    #expect(try decoder.sound(sound, sampleRate: 16_000, atMost: nil).warnings.isEmpty)
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: sound)))
    let middle = bytes.count / 2
    let frame = try #require(
      (middle..<bytes.count - 1).first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xFB })
    // What follows the header of a frame: side information that makes no sense.
    for index in frame + 4..<frame + 60 { bytes[index] = 0xFF }
    let broken = try maker.write(bytes, to: "broken.mp3")
    let media = try decoder.sound(broken, sampleRate: 16_000, atMost: nil)
    #expect(media.warnings.count == 1)
    #expect(media.warnings.first?.hasSuffix("packets cannot be decoded") == true)
  }
}

// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseFormats
import Foundation
import EquipoiseDecoding
import Testing

/// Files that name other files, or are too large, are refused.
struct HostileFileTests {
  private let maker: MediaMaker
  private let decoder = FFmpegDecoder()

  init() throws { maker = try MediaMaker() }

  private func refusal(_ file: String) -> String? {
    var messages: [String] = []
    for attempt in [
      { _ = try decoder.describe(file) }, { _ = try decoder.audio(file, sampleRate: 16_000) },
      { _ = try decoder.frames(file, at: [0]) }, { _ = try decoder.image(file) },
    ] as [() throws -> Void] {
      do { try attempt() } catch { messages.append("\(error)") }
    }
    // All four, each naming the file.
    return messages.count == 4 && messages.allSatisfy { $0.hasPrefix(file) } ? messages[0] : nil
  }

  @Test func playlists() throws {
    let sound = try maker.make("sound.wav", "-f lavfi -i sine=duration=0.2")
    let clip = try maker.makeIndexed("clip.ts")
    let texts = [
      "a.m3u8":
        "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
      "b.m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n\(clip)\n#EXT-X-ENDLIST\n",
      "m3u8.wav": "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n\(clip)\n#EXT-X-ENDLIST\n",
      "http.m3u8": "#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n",
      "data.m3u8": "#EXTM3U\n#EXTINF:1,\ndata:audio/wav;base64,UklGRg==\n#EXT-X-ENDLIST\n",
      "c.txt": "ffconcat version 1.0\nfile '\(sound)'\n",
      "concat.mp4": "ffconcat version 1.0\nfile '\(sound)'\n",
      "d.sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\n"
        + "m=audio 5004 RTP/AVP 0\n",
      "e.mpd": "<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\"></MPD>",
    ]
    for (name, text) in texts {
      let file = try maker.write(Array(text.utf8), to: name)
      #expect(refusal(file)?.contains("not a media file of a kind that is read") == true, "\(name)")
    }
  }

  @Test func namesThatMeanOtherThingsToFFmpeg() throws {
    let sound = try maker.make("sound.wav", "-f lavfi -i sine=duration=0.2")
    for name in [
      "concat:\(sound)", "file:\(sound)", "http://localhost/a.wav",
      "subfile,,start,0,end,0,,:\(sound)",
      "lavfi:sine", "data:audio/wav;base64,UklGRg==", "https://localhost/a.mp4",
      "pipe:0", "/dev/zero", maker.path, maker.file("missing.wav"),
    ] {
      #expect(refusal(name) != nil, "\(name)")
    }
  }

  @Test func hugePictures() throws {
    let image = try maker.make(
      "wide.png", "-f lavfi -i color=size=100000x2,format=gray,crop=100000:1 -frames:v 1")
    #expect(refusal(image)?.contains("100000 × 1 pixels is too large") == true)
    // A header that promises 65535 × 65535 pixels.
    let small = try maker.make("small.png", "-f lavfi -i color=size=8x8 -frames:v 1")
    var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: small)))
    bytes.replaceSubrange(16..<24, with: [0, 0, 0xFF, 0xFF, 0, 0, 0xFF, 0xFF])
    let huge = try maker.write(bytes, to: "huge.png")
    #expect(refusal(huge) != nil)
  }
}

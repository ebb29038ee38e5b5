// SPDX-License-Identifier: Apache-2.0
#if os(Linux)
  import EquipoiseTestSupport
  import Foundation
  import Testing

  /// Which libraries the two programs load, and that each says what is wrong with the other.
  @Suite struct LinkageTests {
    private static let decoder =
      CommandLineTool.executable.deletingLastPathComponent().path + "/equipoise-decoder"

    /// The libraries that a program needs to start, with those that they need.
    private static func libraries(_ program: String) throws -> [String] {
      let outcome = try CommandLineTool.run(script: "ldd '\(program)'")
      #expect(outcome.status == 0)
      return outcome.output.split(separator: "\n").compactMap {
        $0.split(whereSeparator: \.isWhitespace).first.map(String.init)
      }
    }

    @Test func theProgramNeedsNoFFmpeg() throws {
      let found = try Self.libraries(CommandLineTool.executable.path)
      #expect(found.contains { $0.hasPrefix("libtorch_cpu") })
      for library in ["libavformat", "libavcodec", "libavutil", "libswscale", "libswresample"] {
        #expect(!found.contains { $0.hasPrefix(library) }, "\(library)")
      }
    }

    @Test func theDecoderNeedsNeitherLibtorchNorOpenCV() throws {
      let found = try Self.libraries(Self.decoder)
      #expect(found.contains { $0.hasPrefix("libFoundation") })
      for library in ["libtorch", "libc10", "libopencv"] {
        #expect(!found.contains { $0.hasPrefix(library) }, "\(library)")
      }
    }

    @Test func theDecoderIsNotForPeople() throws {
      let version = try CommandLineTool.run(script: "'\(Self.decoder)' --version")
      #expect(version.status == 0)
      #expect(version.output.hasPrefix("equipoise-decoder 0.1.0, "))
      let started = try CommandLineTool.run(script: "'\(Self.decoder)' clip.mp4")
      #expect(started.status == 64)
      #expect(started.errors.contains("'equipoise' starts it"))
    }

    @Test func aDecoderThatIsNotThere() throws {
      let folder = try TemporaryFolder()
      let shell = "export EQUIPOISE_DECODER='\(folder.file("none"))'"
      let doctor = try CommandLineTool.run(["doctor"], after: shell)
      #expect(doctor.status == 0)
      #expect(doctor.output.contains("none: raw audio, video and images cannot be read"))
      #expect(doctor.output.contains("correct EQUIPOISE_DECODER"))
      for name in ["yes", "no"] {
        try FileManager.default.createDirectory(
          atPath: folder.file("clips/" + name), withIntermediateDirectories: true)
        _ = try folder.write("", to: "clips/\(name)/\(name).wav")
      }
      let prepared = try CommandLineTool.run(
        ["prepare", "manifest", "--input", folder.file("clips"), "--out", folder.file("data")],
        after: shell)
      #expect(prepared.status == 1)
      #expect(
        prepared.errors.contains(
          folder.file("none") + ": the program that decodes raw media is not there; "))
    }
  }
#endif

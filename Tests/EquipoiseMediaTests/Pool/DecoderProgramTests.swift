// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import Foundation
import Testing

@testable import EquipoiseKit
@testable import EquipoiseMedia

/// How the decoder is found, and which one is taken.
@Suite struct DecoderProgramTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A shell script in place of the decoder.
  private func script(_ text: String, named name: String = "equipoise-decoder") throws -> String {
    let path = folder.file(name)
    try Data("#!/bin/sh\n\(text)\n".utf8).write(to: URL(fileURLWithPath: path))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    return path
  }

  /// What a pool of it says.
  private func refusal(_ path: String) -> EquipoiseError? {
    #expect(throws: EquipoiseError.self) {
      try MediaWorkerPool(workers: 1, decoder: DecoderProgram(path: path))
    }
  }

  /// A decoder that says a greeting, and stays.
  private func greeting(_ change: (inout DecoderGreeting) -> Void) throws -> String {
    var greeting = DecoderGreeting(ffmpeg: "5.1.6 (libavformat 59.27.100)")
    change(&greeting)
    let bytes = try Message.encode(greeting)
    let header = bytes.prefix(4).map { byte in
      "\\" + ["", "0", "00"][3 - String(byte, radix: 8).count] + String(byte, radix: 8)
    }
    let body = String(decoding: bytes.dropFirst(4), as: UTF8.self)
    return try script("printf '\(header.joined())%s' '\(body)' >&0; exec sleep 60")
  }

  @Test func besideTheProgramOrNamed() throws {
    let program = folder.file("equipoise")
    let missing = #expect(throws: EquipoiseError.self) {
      try DecoderProgram.located(named: "", beside: program)
    }
    #expect(
      missing?.description == folder.file("equipoise-decoder")
        + ": the program that decodes raw media is not there; build it and keep it "
        + "beside the program, or name it by EQUIPOISE_DECODER")
    let (own, other) = (try script(""), try script("", named: "other"))
    #expect(try DecoderProgram.located(named: "", beside: program).path == own)
    #expect(try DecoderProgram.located(named: other, beside: program).path == other)
    for (name, what) in [("nowhere", "is not there"), ("", "is not a program")] {
      let error = #expect(throws: EquipoiseError.self) {
        try DecoderProgram.located(named: folder.file(name), beside: program)
      }
      #expect(error?.description.contains(what) == true)
      #expect(error?.remedy?.hasPrefix("correct EQUIPOISE_DECODER") == true)
    }
  }

  @Test func oneThatFitsIsTaken() throws {
    let path = try greeting { _ in }
    #expect(
      try DecoderProgram(path: path).ffmpegVersions() == "5.1.6 (libavformat 59.27.100)")
    _ = try MediaWorkerPool(workers: 1, decoder: DecoderProgram(path: path))
  }

  @Test func anotherVersionIsRefused() throws {
    let path = try greeting { $0.version = "0.9.0" }
    #expect(
      refusal(path)
        == EquipoiseError(
          .usage, "it is the decoder of Equipoise 0.9.0, and this program is of \(Version.current)",
          at: path, fix: "build both from the same sources"))
    #expect(
      refusal(try greeting { $0.messages += 1 })?.what
        == "it is the decoder of Equipoise 0.1.0, and this program is of 0.1.0 with other messages")
  }

  @Test func oneWithoutFFmpegSaysSo() throws {
    let error = refusal(try greeting { $0.ffmpeg = nil })
    #expect(error?.what == "this decoder was built without FFmpeg")
    #expect(error?.remedy?.contains("install FFmpeg's libraries") == true)
  }

  @Test func anotherProgramIsRefused() throws {
    for text in [
      "exit 0", "printf hello >&0; exit 0", "printf '\\2\\0\\0\\0{}' >&0; exec sleep 60",
    ] {
      let path = try script(text)
      let error = refusal(path)
      #expect(error?.what == "it does not answer as Equipoise's decoder does")
      #expect(error?.place == path)
      #expect(error?.remedy?.contains("--version") == true)
    }
    #expect(refusal(folder.file("nowhere"))?.description.contains("nowhere") == true)
  }

  @Test func limitsTravelAsArguments() {
    let limits = DecoderLimits(seconds: 65, memory: 3 << 30)
    #expect(DecoderLimits(arguments: limits.arguments) == limits)
    for wrong in [[], ["--seconds", "5"], ["--seconds", "0", "--memory", "1"]] {
      #expect(DecoderLimits(arguments: wrong) == nil)
    }
  }
}

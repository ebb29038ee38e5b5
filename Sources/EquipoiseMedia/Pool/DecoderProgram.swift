// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseFormats
internal import Foundation

/// The program that decodes for a ``MediaWorkerPool``: `equipoise-decoder`, which links FFmpeg's libraries
/// and nothing of libtorch.
public struct DecoderProgram: Sendable {
  /// The program's file name.
  public static let name = "equipoise-decoder"
  /// The variable of the environment that names another one.
  public static let variable = "EQUIPOISE_DECODER"

  /// Its path.
  public let path: String

  /// The decoder at a path.
  public init(path: String) { self.path = path }

  /// The one that EQUIPOISE_DECODER names, else the one in the folder of this process's program.
  ///
  /// - Returns: a program that is there.
  /// - Throws: `EquipoiseError` that says where none is.
  public static func located() throws -> DecoderProgram {
    try located(
      named: ProcessInfo.processInfo.environment[variable] ?? "", beside: ownExecutable)
  }

  static func located(named given: String, beside executable: String) throws -> DecoderProgram {
    let beside = FileSystem.folder(of: executable) + "/" + name
    let path = given.isEmpty ? beside : given
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw EquipoiseError(
        .usage,
        "the program that decodes raw media is not there", at: path,
        fix: given.isEmpty
          ? "\(.byMake("build it", target: "build")) and keep it beside the program, or name it by \(variable)"
          : "correct \(variable), or unset it to use the one beside the program")
    }
    guard !isFolder.boolValue, FileManager.default.isExecutableFile(atPath: path) else {
      throw EquipoiseError(
        .usage, "the decoder of raw media is not a program", at: path,
        fix: given.isEmpty
          ? "\(.byMake("build it again", target: "build"))" : "correct \(variable)")
    }
    return DecoderProgram(path: path)
  }

  /// The versions of FFmpeg and its libraries that it has, by its own word.
  ///
  /// - Throws: `EquipoiseError` when it does not start, or is not of this version.
  public func ffmpegVersions() throws -> String {
    try WorkerProcess.start(self, DecoderLimits(seconds: 60, memory: MediaLimits.memory)).ffmpeg
  }

  /// Links are followed, as the decoder lies beside the program itself.
  private static var ownExecutable: String {
    #if os(Linux)
      let named = "/proc/self/exe"
    #else
      let named = Bundle.main.executablePath ?? CommandLine.arguments[0]
    #endif
    return URL(fileURLWithPath: named).resolvingSymlinksInPath().path
  }
}

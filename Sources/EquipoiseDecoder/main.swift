// SPDX-License-Identifier: Apache-2.0
// The program `equipoise-decoder`, which `equipoise` starts to decode for it.
import EquipoiseKit
import EquipoiseMedia
import Foundation

#if EQUIPOISE_FFMPEG
  import EquipoiseDecoding
  let versions: String? = FFmpegDecoder.versions
#else
  let versions: String? = nil
#endif

let arguments = Array(CommandLine.arguments.dropFirst())
if arguments == ["--version"] {
  print(
    "\(DecoderProgram.name) \(Version.current), \(versions.map { "FFmpeg \($0)" } ?? "without FFmpeg")"
  )
  exit(0)
}
guard let limits = DecoderLimits(arguments: arguments) else {
  let usage =
    "\(DecoderProgram.name): 'equipoise' starts it to decode media; by itself it only takes --version\n"
  FileHandle.standardError.write(Data(usage.utf8))
  exit(64)
}
do {
  #if EQUIPOISE_FFMPEG
    try DecoderService.serve(limits)
  #else
    // The other side then says that it is of no use.
    _ = limits
    try Channel(borrowing: STDIN_FILENO).send(message: DecoderGreeting(ffmpeg: nil))
  #endif
} catch {
  FileHandle.standardError.write(Data("\(DecoderProgram.name): \(error)\n".utf8))
  exit(1)
}

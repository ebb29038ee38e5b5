// SPDX-License-Identifier: Apache-2.0
internal import CEquipoiseSystem
package import EquipoiseMedia
internal import EquipoiseFormats
internal import Foundation

/// The process that decodes for a ``MediaWorkerPool``: it reads requests from standard input, a socket,
/// and answers on it until the other side closes.
package enum DecoderService {
  /// Serves requests, confined where the system can (``MediaWorkerPool/isConfined``), until the other
  /// side closes; then the process ends, in the middle of a request too.
  ///
  /// - Throws: `Channel.Failure` when standard input is not a socket of a pool.
  package static func serve(_ limits: DecoderLimits) throws {
    limitMemory(limits.memory)
    equipoise_keep_freed_memory()
    // What this process inherited by mistake is not the decoder's either.
    equipoise_close_from(STDERR_FILENO + 1)
    let channel = Channel(borrowing: STDIN_FILENO)
    Thread.detachNewThread {
      channel.waitForHangup()
      _exit(0)
    }
    // Where it cannot be, `doctor` says so.
    _ = equipoise_confine()
    try channel.send(message: DecoderGreeting(ffmpeg: FFmpegDecoder.versions))
    while let body = try? channel.receiveMessage() {
      let order = try Message.decode(MediaOrder.self, body)
      guard let descriptor = try? channel.receiveDescriptor() else { return }
      defer { close(descriptor) }
      alarm(UInt32(clamping: limits.seconds))
      let grant = Grant(
        file: order.request.file, descriptor: descriptor, identity: order.identity)
      let (answer, arrays) = Grant.$current.withValue(grant) {
        order.request.answer(by: FFmpegDecoder())
      }
      do {
        try channel.send(message: answer)
        for array in arrays { try array.withUnsafeBytes { try channel.send($0) } }
      } catch { return }
      alarm(0)
    }
  }

  /// Address space is what the system can limit; libraries have reserved some of it already.
  private static func limitMemory(_ memory: Int) {
    #if os(Linux)
      let pages = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?
        .split(separator: " ").first.flatMap { Int($0) }
      guard let pages else { return }
      var limit = rlimit()
      getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
      limit.rlim_cur = min(rlim_t(pages * Int(getpagesize()) + memory), limit.rlim_max)
      setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
      // A crash is expected now and then: it leaves no file.
      var none = rlimit(rlim_cur: 0, rlim_max: 0)
      setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
    #endif
  }
}

import Foundation
import Torch

/// What is arranged once, before anything else runs.
enum ProcessSetUp {
  static func run() {
    reuseMemory()
    TorchFailure.handler = { message in
      Console.error(ErrorReport.torch(message))
      fflush(nil)
      // Not `exit`: other threads may be inside libtorch, whose globals `exit` takes apart.
      _exit(1)
    }
  }

  /// Lets glibc keep the memory of activations for the next step.
  ///
  /// By default large blocks come from the kernel and go back to it, and it clears their pages each
  /// time. Blocks up to 1 GiB are taken from the heap instead, whose free end is not given back.
  private static func reuseMemory() {
    #if os(Linux)
      // Looked up because Swift's Glibc module leaves out malloc.h, and musl has no such function.
      guard let symbol = dlsym(nil, "mallopt") else { return }
      let mallopt = unsafeBitCast(symbol, to: (@convention(c) (Int32, Int32) -> Int32).self)
      let (trimThreshold, mmapThreshold): (Int32, Int32) = (-1, -3)
      // glibc refuses a threshold above half its heap segment, 32 MiB, where it has segments.
      if mallopt(mmapThreshold, 1 << 30) == 0 { _ = mallopt(mmapThreshold, 32 << 20) }
      _ = mallopt(trimThreshold, 1 << 30)
    #endif
  }
}

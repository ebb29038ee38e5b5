// SPDX-License-Identifier: Apache-2.0
import EquipoiseDisplay
import EquipoiseFormats
import Foundation
import EquipoiseTorch

/// What is arranged once, before anything else runs.
enum ProcessSetUp {
  static func run() {
    // The executable target CEquipoiseEarlyStart has done it where it can.
    Runtime.boundSpinning()
    Runtime.keepFreedMemory()
    Runtime.endAtOnce()
    // A file that may not grow further is an error of the write then, not the end of the process.
    signal(SIGXFSZ, SIG_IGN)
    MappedFile.reportLosses()
    TorchFailure.handler = { message in
      Console.error(ErrorReport.torch(message))
      fflush(nil)
      // Not `exit`: other threads may be inside libtorch, whose globals `exit` takes apart.
      _exit(1)
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A folder in memory, where parsers find their input as a file.
struct Scratch {
  let path: String

  init() {
    let memory = "/dev/shm"
    let root = access(memory, W_OK) == 0 ? memory : NSTemporaryDirectory()
    path = root + "/equipoise-fuzz-\(getpid())"
    mkdir(path, 0o700)
  }

  /// Replaces the content of a file of the folder and returns its path.
  func write(_ bytes: UnsafeBufferPointer<UInt8>, to name: String) -> String {
    let file = path + "/" + name
    let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    guard descriptor >= 0,
      Foundation.write(descriptor, bytes.baseAddress, bytes.count) == bytes.count
    else { fatalError("cannot write \(file)") }
    close(descriptor)
    return file
  }
}

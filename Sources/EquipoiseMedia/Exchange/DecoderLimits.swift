// SPDX-License-Identifier: Apache-2.0
/// What a pool allows its decoders, as they read it from their arguments.
package struct DecoderLimits: Equatable {
  /// Seconds after which a request ends the process, should the pool no longer do it.
  package var seconds: Int
  /// Bytes that it may take beyond those that it starts with.
  package var memory: Int

  package init(seconds: Int, memory: Int) { (self.seconds, self.memory) = (seconds, memory) }

  /// Nil for arguments that no pool gives.
  package init?(arguments: [String]) {
    guard arguments.count == 4, arguments[0] == "--seconds", arguments[2] == "--memory",
      let seconds = Int(arguments[1]), let memory = Int(arguments[3]), seconds > 0, memory > 0
    else { return nil }
    self.init(seconds: seconds, memory: memory)
  }

  package var arguments: [String] { ["--seconds", "\(seconds)", "--memory", "\(memory)"] }
}

// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseFormats
import Foundation

/// libFuzzer's entry: one parser, named by EQUIPOISE_FUZZ, reads one input. It may refuse it with an error
/// of the project's own; anything else ends the process, and libFuzzer keeps the input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  do {
    try Fuzzing.target.parse(UnsafeBufferPointer(start: bytes, count: count))
  } catch is FormatError {
  } catch is EquipoiseError {
  } catch {
    fatalError("an error that tells a user nothing: \(error)")
  }
  return 0
}

/// What the process was started for.
enum Fuzzing {
  static let target: Target = {
    let name = ProcessInfo.processInfo.environment["EQUIPOISE_FUZZ"] ?? ""
    guard let target = Target.all.first(where: { $0.name == name }) else {
      print("EQUIPOISE_FUZZ is one of " + Target.all.map(\.name).joined(separator: " "))
      exit(2)
    }
    return target
  }()
}

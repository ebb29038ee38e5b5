// SPDX-License-Identifier: Apache-2.0
internal import CEquipoiseSpinning
internal import CEquipoiseTorch
import Foundation

/// How long the threads of an operation wait for one another by spinning, before they sleep.
///
/// By itself GNU's OpenMP, which libtorch uses on Linux, spins for milliseconds to minutes: on a machine that
/// is busy with other work each operation then takes many times as long, as threads that wait keep those
/// that work from running.
public struct Spinning: Codable, Equatable, Sendable {
  /// Who decided it.
  public enum Decision: String, Codable, Sendable {
    /// ``Runtime/boundSpinning()``, or the program `equipoise`.
    case equipoise
    /// The environment that the program was started with.
    case user
    /// The OpenMP runtime.
    case runtime
  }

  /// The OpenMP runtime in the process: `GNU`, `LLVM` (or Intel's) or `none`.
  public let openMP: String
  /// The variables in force, each `NAME=VALUE`.
  public let variables: [String]
  /// Who set them.
  public let decidedBy: Decision

  /// What is in force in this process.
  public static var current: Spinning {
    Spinning(openMP: runtime, environment: ProcessInfo.processInfo.environment)
  }

  init(openMP: String, environment: [String: String]) {
    self.openMP = openMP
    let names: [String] =
      switch openMP {
      case "GNU": ["GOMP_SPINCOUNT", "OMP_WAIT_POLICY"]
      case "LLVM": ["KMP_BLOCKTIME", "KMP_LIBRARY", "OMP_WAIT_POLICY"]
      default: []
      }
    let found = names.filter { environment[$0] != nil }
    variables = found.map { "\($0)=\(environment[$0] ?? "")" }
    let ours = Self.ours(in: environment)
    decidedBy = found.isEmpty ? .runtime : found.allSatisfy(ours.contains) ? .equipoise : .user
  }

  /// An environment without what was added to it here, for programs that are not this one.
  ///
  /// - Parameter environment: variables by name.
  /// - Returns: those that the user has set.
  package static func withoutOurs(_ environment: [String: String]) -> [String: String] {
    let ours = ours(in: environment)
    return environment.filter { !ours.contains($0.key) }
  }

  /// The variables that were added here, none where somebody else changed the value since.
  private static func ours(in environment: [String: String]) -> Set<String> {
    let mark = "EQUIPOISE_SPINNING"
    guard environment[mark] == EQUIPOISE_SPINNING else { return [] }
    let values = [
      "GOMP_SPINCOUNT": EQUIPOISE_GOMP_SPINCOUNT, "KMP_BLOCKTIME": EQUIPOISE_KMP_BLOCKTIME,
    ]
    return Set(values.filter { environment[$0.key] == $0.value }.keys).union([mark])
  }

  private static var runtime: String {
    switch ct_openmp() {
    case 1: "GNU"
    case 2: "LLVM"
    default: "none"
    }
  }
}

extension Runtime {
  /// Lets threads that wait for one another sleep after a moment of spinning, in this process and in those
  /// that it starts. Call it first in `main`, before anything that should happen once only: GNU's OpenMP
  /// reads its settings before `main`, so on Linux the call starts the program again, as the same process
  /// with the same arguments, working folder and open files, and does not return the first time.
  ///
  /// Without effect where the environment has GOMP_SPINCOUNT, KMP_BLOCKTIME, KMP_LIBRARY or
  /// OMP_WAIT_POLICY, or EQUIPOISE_SPINNING with any value. ``Spinning/current`` tells what is in force.
  public static func boundSpinning() {
    equipoise_bound_spinning(CommandLine.unsafeArgv, environ)
  }
}

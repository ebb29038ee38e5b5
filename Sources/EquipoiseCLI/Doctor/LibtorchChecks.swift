// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseTorch

/// Whether the libtorch in the process is the one this program was built for, and computes.
enum LibtorchChecks {
  static var findings: [Diagnosis.Finding] { [version, library, arithmetic, threads, waiting] }

  private static var version: Diagnosis.Finding {
    let (built, loaded) = (Runtime.version, setting("TORCH_VERSION") ?? Runtime.version)
    // Minor versions differ in their binary interface.
    guard built.split(separator: ".").prefix(2) == loaded.split(separator: ".").prefix(2) else {
      return .init(
        "libtorch", .error, "built for \(built), but \(loaded) was loaded",
        fix: fix("build again with 'make build', which finds the libtorch in .libtorch"))
    }
    return .init("libtorch", loaded)
  }

  /// What helps in a checkout, or else wherever the program is.
  private static func fix(_ inCheckout: String) -> String {
    ProgramOrigin.running == .checkout
      ? inCheckout
      : "install the PyTorch that it was built for, \(Runtime.version), beside it again"
  }

  private static var library: Diagnosis.Finding { .init("library", Runtime.libraryPath) }

  /// A product and its gradient, both known: ∂(x·w)²/∂w = 2(x·w)x.
  private static var arithmetic: Diagnosis.Finding {
    let capability = Runtime.configuration.split(separator: "\n")
      .first { $0.hasPrefix("CPU capability: ") }?.dropFirst("CPU capability: ".count)
    let x = Tensor([1, 2, 3] as [Float], shape: [1, 3])
    let weight = Parameter(Tensor([1, 1, 1] as [Float], shape: [1, 3]))
    let output = x.linear(weight: weight.leaf, bias: nil)
    let gradient = gradients(of: [(output * output).sum()], withRespectTo: [weight.leaf])[0]
    guard gradient?.floats() == [12, 24, 36] else {
      return .init(
        "arithmetic", .error, "libtorch computes wrong gradients",
        fix: fix("set libtorch up again: 'make distclean build'"))
    }
    return .init(
      "arithmetic", "right, \(capability.map { "with \($0)" } ?? "of unknown capability")")
  }

  private static var threads: Diagnosis.Finding {
    .init(
      "threads", "\(Runtime.defaultThreads) for one operation; processors: \(Processors.summary)")
  }

  /// Whether waiting threads leave the processor to others.
  private static var waiting: Diagnosis.Finding {
    let spinning = Spinning.current
    let variables = spinning.variables.joined(separator: ", ")
    switch spinning.decidedBy {
    case .equipoise: return .init("waiting", "threads spin briefly, then sleep: \(variables)")
    case .user: return .init("waiting", "as the environment says: \(variables)")
    case .runtime:
      guard spinning.openMP != "none" else { return .init("waiting", "no OpenMP in this libtorch") }
      return .init(
        "waiting", .warning, "threads spin as long as \(spinning.openMP)'s OpenMP likes",
        fix:
          "unset EQUIPOISE_SPINNING, or set GOMP_SPINCOUNT; else training is slow on a busy machine"
      )
    }
  }

  /// A value in libtorch's own description of its build, `…, NAME=VALUE, …`.
  private static func setting(_ name: String) -> String? {
    Runtime.configuration.split(separator: ",").map { $0.drop { $0 == " " } }
      .first { $0.hasPrefix(name + "=") }.map { String($0.dropFirst(name.count + 1)) }
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseSettings

/// Device, threads, seed, loader and checkpoints.
public struct RuntimeConfiguration: ConfigurationSection {
  /// `auto`, `cpu`, `cuda`, `cuda:N` or `mps`.
  public var device = "auto"
  /// Threads of one operation; nil takes as many as this process has processors.
  public var threads: Int?
  /// The seed of every random stream: initial weights, order of samples, augmentation, dropout.
  public var seed = 0
  /// Whether the same run gives the same bits on every try, on a GPU too. Without, GPUs take
  /// whichever algorithms are fastest.
  public var deterministic = true
  /// Loader threads; 0 loads between steps.
  public var loaders = 1
  /// Batches the loader keeps ready.
  public var prefetch = 3
  /// Steps between two checkpoints inside an epoch; nil writes them between epochs only.
  public var checkpointEverySteps: Int?
  /// Checkpoints to keep, besides the best.
  public var keepCheckpoints = 2
  /// Steps after which training stops; nil trains every epoch, 0 writes the initial state.
  public var maxSteps: Int?

  /// The defaults.
  public init() {}
}

extension RuntimeConfiguration: RangeChecking {
  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    try path.check(
      "device", Self.isDevice(device), found: .string(device),
      expected: "auto, cpu, cuda, cuda:N or mps")
    try path.check("threads", threads, .atLeast(1, to: 1024))
    try path.check("seed", seed, .seed)
    try path.check("loaders", loaders, .atLeast(0, to: 1024))
    try path.check("prefetch", prefetch, .atLeast(1, to: 1_000_000))
    try path.check("checkpointEverySteps", checkpointEverySteps, .threshold(1))
    try path.check("keepCheckpoints", keepCheckpoints, .threshold(2))
    try path.check("maxSteps", maxSteps, .threshold(0))
  }

  private static func isDevice(_ name: String) -> Bool {
    if ["auto", "cpu", "cuda", "mps"].contains(name) { return true }
    guard name.hasPrefix("cuda:") else { return false }
    return UInt8(name.dropFirst("cuda:".count)) != nil
  }
}

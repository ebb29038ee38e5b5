// SPDX-License-Identifier: Apache-2.0
/// A seeded stream of random numbers that is the same on every platform and in every release.
///
/// The generator is Philox4x32-10 (Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3",
/// SC 2011): the n-th number is a pure function of seed, path and n. Streams with different paths
/// are therefore independent of how much any of them has drawn, and the state is three integers.
///
///     var order = RandomStream(seed: 7, "shuffle", "epoch 3").permutation(of: 1000)
public struct RandomStream: RandomNumberGenerator, Codable, Equatable, Sendable {
  private let seed: UInt64
  private let path: UInt64
  /// 64-bit numbers drawn so far.
  public private(set) var position: UInt64 = 0

  /// The stream of `seed` that the names in `path` lead to.
  public init(seed: UInt64, _ path: String...) {
    self.seed = seed
    self.path = path.reduce(0, Self.step)
  }

  private init(seed: UInt64, path: UInt64) {
    self.seed = seed
    self.path = path
  }

  /// The stream that `name` leads to from here, whatever this one has drawn:
  /// `RandomStream(seed: s, "a", "b")` is `RandomStream(seed: s, "a").substream("b")`.
  public func substream(_ name: String) -> RandomStream {
    RandomStream(seed: seed, path: Self.step(path, name))
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    let block = Philox.block(counter: (position / 2, path), key: seed)
    defer { position += 1 }
    return position.isMultiple(of: 2) ? block.0 : block.1
  }

  /// One step along a path: FNV-1a over the name's UTF-8, then a mixing that is one-to-one.
  private static func step(_ path: UInt64, _ name: String) -> UInt64 {
    let hash = name.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01b3
    }
    var mixed = (path ^ hash) &+ 0x9e37_79b9_7f4a_7c15
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}

/// Philox4x32 with ten rounds.
enum Philox {
  /// The 128 random bits at a 128-bit counter, low words first.
  static func block(counter: (UInt64, UInt64), key: UInt64) -> (UInt64, UInt64) {
    var word = (
      UInt32(truncatingIfNeeded: counter.0), UInt32(truncatingIfNeeded: counter.0 >> 32),
      UInt32(truncatingIfNeeded: counter.1), UInt32(truncatingIfNeeded: counter.1 >> 32)
    )
    var low = UInt32(truncatingIfNeeded: key)
    var high = UInt32(truncatingIfNeeded: key >> 32)
    for _ in 0..<10 {
      let first = word.0.multipliedFullWidth(by: 0xd251_1f53)
      let second = word.2.multipliedFullWidth(by: 0xcd9e_8d57)
      word = (second.high ^ word.1 ^ low, second.low, first.high ^ word.3 ^ high, first.low)
      low &+= 0x9e37_79b9
      high &+= 0xbb67_ae85
    }
    return (
      UInt64(word.1) << 32 | UInt64(word.0), UInt64(word.3) << 32 | UInt64(word.2)
    )
  }
}

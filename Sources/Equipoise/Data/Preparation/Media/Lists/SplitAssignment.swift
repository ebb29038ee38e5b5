/// Gives samples without a split one, by seed, class and group.
enum SplitAssignment {
  /// Sets every sample's split.
  ///
  /// - Parameters:
  ///   - samples: all samples.
  ///   - classes: how many classes there are.
  ///   - test: the share of the test split; 0 makes none.
  ///   - validation: the share of the validation split; 0 makes none, and training carves its own.
  ///   - seed: decides who is chosen.
  static func assign(
    _ samples: inout [RawSample], classes: Int, test: Double, validation: Double, seed: Int
  ) {
    for index in samples.indices { samples[index].split = .train }
    choose(&samples, classes, share: test, as: .test, seed)
    choose(&samples, classes, share: validation / max(1e-9, 1 - test), as: .validation, seed)
  }

  /// Moves a share of the training samples to another split; whole groups if there are any.
  private static func choose(
    _ samples: inout [RawSample], _ classes: Int, share: Double, as split: Split, _ seed: Int
  ) {
    guard share > 0 else { return }
    let open = samples.indices.filter { samples[$0].split == .train }
    let names = open.compactMap { samples[$0].group }
    let numbers = Dictionary(
      uniqueKeysWithValues: Set(names).sorted().enumerated().map { ($1, $0) })
    let groups =
      names.count == open.count ? open.map { numbers[samples[$0].group ?? ""] ?? 0 } : nil
    let carving = ValidationCarving(
      labels: open.map { samples[$0].label }, groups: groups, classes: classes,
      seed: UInt64(bitPattern: Int64(seed)), split.rawValue)
    for chosen in carving.choose(share: share) { samples[open[chosen]].split = split }
  }
}

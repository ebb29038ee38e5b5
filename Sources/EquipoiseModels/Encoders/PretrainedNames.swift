// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
package import EquipoiseTorch

/// An encoder's tensors in a file in which it is part of something larger: `module.` (data-parallel
/// training), `_orig_mod.` (compiled), `backbone.`, `encoder.`, `model.` and the like before every name.
package struct PretrainedNames {
  /// What precedes the encoder's names in the file; often nothing.
  package let prefix: String
  /// The tensors after the prefix, by the encoder's names.
  package let tensors: [String: Tensor]
  /// Names of the file that do not begin with the prefix: other parts of the larger thing.
  package let others: [String]

  /// Finds the encoder.
  ///
  /// - Parameters:
  ///   - names: the encoder's, the first one among them.
  ///   - file: every tensor of the file.
  ///   - wanted: the prefix, where the user names it.
  ///   - source: the file, for errors.
  /// - Throws: `EquipoiseError` when several parts of the file fit equally well, or none has the prefix.
  package init(
    of names: [String], in file: [String: Tensor], prefix wanted: String? = nil, source: String
  ) throws {
    prefix =
      try wanted.map { try Self.checked($0, in: file, source) }
      ?? Self.found(names, in: file, source)
    let prefix = prefix
    let inside = file.filter { $0.key.hasPrefix(prefix) }
    tensors = Dictionary(
      inside.map { (String($0.key.dropFirst(prefix.count)), $0.value) },
      uniquingKeysWith: { first, _ in first })
    others = file.keys.filter { !$0.hasPrefix(prefix) }.sorted()
  }

  private static func found(
    _ names: [String], in file: [String: Tensor], _ source: String
  ) throws -> String {
    guard let anchor = names.first, file[anchor] == nil else { return "" }
    let places = file.keys.filter { $0.hasSuffix("." + anchor) }
      .map { String($0.dropLast(anchor.count)) }
    let fits = places.map { place in (place, names.count { file[place + $0] != nil }) }
    // Blocks inside have some of the names too.
    guard let most = fits.map(\.1).max(), 2 * most > names.count else { return "" }
    let best = fits.filter { $0.1 == most }.map(\.0).sorted()
    guard best.count == 1 else {
      let list = best.prefix(4).map { "'\($0)'" }.joined(separator: ", ")
      throw EquipoiseError(
        .checkpoint, "the file holds several such networks, whose names begin with \(list)",
        at: source, fix: "choose one with \(.importing("prefix=NAME"))")
    }
    return best[0]
  }

  private static func checked(
    _ prefix: String, in file: [String: Tensor], _ source: String
  ) throws -> String {
    let dotted = prefix.isEmpty || prefix.hasSuffix(".") ? prefix : prefix + "."
    guard file.keys.contains(where: { $0.hasPrefix(dotted) }) else {
      let known = Set(file.keys.compactMap { $0.split(separator: ".").first.map(String.init) })
      throw EquipoiseError(
        .usage, "no name of the file begins with '\(dotted)'", at: source,
        fix:
          "they begin with \(known.sorted().prefix(6).map { "'\($0).'" }.joined(separator: ", "))")
    }
    return dotted
  }
}

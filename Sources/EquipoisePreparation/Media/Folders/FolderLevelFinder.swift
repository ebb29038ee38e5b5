// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseData
internal import EquipoiseKit
internal import EquipoiseFormats

/// Tells by the folders' names and depth which level is what.
struct FolderLevelFinder {
  /// Those with media files.
  let folders: [FolderTree.Folder]
  let values: SplitValues
  let place: String
  let takesImagesAlone: ([String]) -> Bool

  /// Throws `EquipoiseError` for folders of which more than one reading makes sense.
  func levels() throws -> [FolderLevel] {
    var levels: [FolderLevel] = []
    while !levels.contains(.label) {
      let depth = levels.count
      let names = names(at: depth)
      guard !names.isEmpty else {
        let above = levels.map(\.rawValue).joined(separator: " and ")
        throw ambiguous(
          (levels.isEmpty
            ? "media files lie in the folder itself" : "files lie in folders for \(above)")
            + ", but in none for their class", "put them into one folder for each class")
      }
      if let word = word(names, levels) {
        levels.append(word)
      } else if names.count == 1, folders.allSatisfy({ $0.path.count > depth + 1 }) {
        levels.append(.other)
      } else {
        try refuseAmbiguous(names, at: depth)
        levels.append(.label)
      }
    }
    // Splits and modalities may also be inside of classes.
    while let word = word(names(at: levels.count), levels), reachesAll(levels.count) {
      levels.append(word)
    }
    return try withGroups(levels)
  }

  private func names(at depth: Int) -> Set<String> {
    Set(folders.compactMap { $0.path.count > depth ? $0.path[depth] : nil })
  }

  private func reachesAll(_ depth: Int) -> Bool {
    folders.allSatisfy { $0.path.count > depth || $0.path.count < depth }
  }

  private func word(_ names: Set<String>, _ levels: [FolderLevel]) -> FolderLevel? {
    guard !names.isEmpty else { return nil }
    if !levels.contains(.split), names.allSatisfy({ FolderWords.split($0, values) != nil }) {
      return .split
    }
    if !levels.contains(.modality), names.allSatisfy(FolderWords.isModality) { return .modality }
    return nil
  }

  /// How many folders lead to a sample that lies below `depth` of them: a folder of frames is one itself.
  private func effectiveDepth(_ folder: FolderTree.Folder, _ depth: Int) -> Int {
    let isSample =
      folder.holdsImagesOnly && folder.path.count > depth + 1 && !takesImagesAlone(folder.path)
    return folder.path.count - (isSample ? 1 : 0)
  }

  private func withGroups(_ levels: [FolderLevel]) throws -> [FolderLevel] {
    let label = levels.firstIndex(of: .label) ?? 0
    let deep = folders.filter { $0.path.count > label }
    let depths = Dictionary(grouping: deep) { effectiveDepth($0, levels.count - 1) }
    guard let most = depths.keys.max(), most > levels.count else { return levels }
    guard depths.count == 1 else {
      let shallow = depths.filter { $0.key < most }.values.joined()
      let texts = Enumeration.text(shallow.map { "'\($0.name)'" }.sorted(), limit: 3)
      let others = Enumeration.text((depths[most] ?? []).map { "'\($0.name)'" }.sorted(), limit: 3)
      throw ambiguous(
        "files lie at different depths: in \(texts), but also in \(others)",
        "put all at one depth, or say which leading folders mean something: with "
          + "\(.setting("levels=[class]")) what is below a class belongs to it")
    }
    guard most == levels.count + 1 else {
      throw ambiguous(
        "below the classes there are \(most - levels.count) levels of folders, such as "
          + "'\(deep.first?.name ?? "")'",
        "say what they are: \(.setting("levels=[class, group]")) takes the "
          + "first level below the class as group")
    }
    try refusePeopleAbove(deep, label)
    return levels + [.group]
  }

  // MARK: What more than one reading fits

  private func refuseAmbiguous(_ names: Set<String>, at depth: Int) throws {
    let deeper = folders.filter { $0.path.count > depth + 1 }
    guard !deeper.isEmpty else { return }
    let deepNames = Set(deeper.map { $0.path[depth] })
    let known = deepNames.filter { FolderWords.split($0, values) != nil }.sorted()
    if !known.isEmpty || names.count > 1 && names.allSatisfy(FolderWords.resemblesSplit) {
      let rest = names.filter { FolderWords.split($0, values) == nil }.sorted()
      throw ambiguous(
        (known.isEmpty ? "" : "\(quoted(known)) name\(known.count == 1 ? "s" : "") a split, but ")
          + "\(quoted(rest)) beside \(known.isEmpty ? "one another" : known.count == 1 ? "it" : "them") "
          + "may be a split or a class",
        "leave folders out with \(.setting("skip=[\(rest.prefix(3).joined(separator: ", "))]")), name splits "
          + "with \(.setting("splitValues.test=[…]")), or say that these are classes with "
          + "\(.setting("levels=[class, group]"))")
    }
    let media = names.filter(FolderWords.isModality).sorted()
    if media.count > 1 || Self.differInKind(deeper, at: depth) {
      throw ambiguous(
        "the folders \(quoted(names.sorted())) may be modalities or classes",
        "say so with \(.setting("levels=[modality, class]")) or \(.setting("levels=[class, group]"))"
      )
    }
  }

  /// Whether each folder of a level has files of one kind, and not all the same.
  private static func differInKind(_ folders: [FolderTree.Folder], at depth: Int) -> Bool {
    let kinds = Dictionary(grouping: folders) { $0.path[depth] }
      .mapValues { Set($0.flatMap { $0.files.map(\.kind) }) }
    return kinds.values.allSatisfy { $0.count == 1 } && Set(kinds.values).count > 1
  }

  private func refusePeopleAbove(_ folders: [FolderTree.Folder], _ label: Int) throws {
    let above = Set(folders.map { $0.path[label] })
    let below = Set(folders.compactMap { $0.path.count > label + 1 ? $0.path[label + 1] : nil })
    try refuseSameBelow(folders, above, below, label)
    guard above.allSatisfy(FolderWords.isPerson), !below.contains(where: FolderWords.isPerson)
    else {
      return
    }
    throw ambiguous(
      "\(quoted(above.sorted(by: NaturalOrder.precedes))) look like speakers, and the folders in them, "
        + "\(quoted(below.sorted())), like classes",
      "say which are which with \(.setting("levels=[group, class]")) or \(.setting("levels=[class, group]"))"
    )
  }

  /// Of speakers there are mostly more than of classes, and each says all of them.
  private func refuseSameBelow(
    _ folders: [FolderTree.Folder], _ above: Set<String>, _ below: Set<String>, _ label: Int
  ) throws {
    let deep = folders.filter { $0.path.count > label + 1 }
    guard above.count > below.count, below.count > 1, !deep.allSatisfy(\.holdsImagesOnly),
      !below.contains(where: FolderWords.isPerson)
    else { return }
    let sets = Dictionary(grouping: deep) { $0.path[label] }.mapValues {
      Set($0.map { $0.path[label + 1] })
    }
    guard sets.count == above.count, sets.values.allSatisfy({ $0 == below }) else { return }
    throw ambiguous(
      "the \(above.count) folders \(quoted(above.sorted(by: NaturalOrder.precedes))) all have the same "
        + "folders in them, \(quoted(below.sorted())): either may be the classes",
      "say which are with \(.setting("levels=[group, class]")) or \(.setting("levels=[class, group]"))"
    )
  }

  private func quoted(_ names: [String]) -> String {
    Enumeration.text(names.map { "'\($0)'" }, limit: 4)
  }

  private func ambiguous(_ what: String, _ fix: String) -> EquipoiseError {
    EquipoiseError(.data, what, at: place, fix: fix)
  }
}

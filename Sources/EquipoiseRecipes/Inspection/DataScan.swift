// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseMedia
internal import EquipoiseFeatures
public import EquipoisePreparation
internal import EquipoiseFormats
internal import Foundation

/// Looks at all that a recipe for raw media would read.
public enum DataScan {
  /// Scans.
  ///
  /// - Parameters:
  ///   - input: a folder or manifest.
  ///   - recipe: the recipe that reads it.
  ///   - sets: its settings, as `KEY.PATH=VALUE`.
  ///   - media: decodes.
  ///   - report: told how far it is.
  /// - Returns: what was found; a list that cannot be read at all is a finding too.
  /// - Throws: `EquipoiseError` without a decoder and for an unknown recipe or setting.
  public static func run(
    _ input: String, recipe: String, sets: [String], media: MediaPreparation,
    report: (PreparationEvent) -> Void
  ) throws -> ScanReport {
    let lender = LentDecoder(media)
    let recipe = try RecipeCatalogue.inUse.mediaRecipe(
      recipe, sets: sets, features: media.features)
    var media = lender.lent(media)
    let faults = ListFaults()
    media.faults = faults
    let found = try media.collecting { try recipe.checkedSource(input: input, media: media) }
    try lender.check(found?.modalities ?? [])
    var scan = try ListScan(found ?? .none(in: input))
    for fault in faults.sentences { scan.note(.list, input, fault) }
    guard let source = found else { return scan.report(input: input) }
    scan.lookForFiles()
    let checker = FileChecker(source: source, decoder: lender.decoder)
    let items = scan.items
    let workers = media.workers
    let queue = PrefetchQueue(
      0..<items.count, workers: workers, capacity: 4 * workers
    ) { try checker.state(of: items[$0]) }
    defer { queue.stop() }
    report(.progress(0, of: items.count))
    for (index, item) in items.enumerated() {
      scan.add(try queue.take(index), of: item)
      report(.progress(index + 1, of: items.count))
    }
    return scan.report(input: input)
  }
}

extension RecipeCatalogue {
  /// The list of a recipe for raw media, and the decoder. Throws `EquipoiseError` for other recipes.
  func mediaSource(
    _ name: String, input: String, sets: [String], media: MediaPreparation
  ) throws -> (MediaSource, any MediaDecoding) {
    let recipe = try mediaRecipe(name, sets: sets, features: media.features)
    let lender = LentDecoder(media)
    let source = try recipe.checkedSource(input: input, media: lender.lent(media))
    try lender.check(source.modalities)
    return (source, lender.decoder)
  }

  /// A recipe for raw media. Throws `EquipoiseError` for other recipes.
  func mediaRecipe(
    _ name: String, sets: [String], features: FeatureCatalogue
  ) throws -> any MediaRecipe {
    let type = try type(named: name)
    guard
      let recipe = try type.configured(file: nil, sets: sets, features: features)
        as? any MediaRecipe
    else {
      let names = recipes.filter { $0 is any MediaRecipe.Type }.map { $0.name }
      throw EquipoiseError(
        .usage, "recipe '\(name)' does not read raw media",
        fix: "choose from \(names.joined(separator: ", "))")
    }
    return recipe
  }
}

/// One modality of one sample, whose files are there.
struct ScanItem: Sendable {
  let sample: RawSample
  let modality: Int
  let files: [String]
}

/// What a look at the files gave.
struct FileState: Sendable {
  /// SHA-256 of each regular file.
  var digests: [String] = []
  var finding: ScanReport.Finding?
  /// What is doubtful about files that can be used.
  var warnings: [String] = []
}

/// Looks at files.
struct FileChecker: Sendable {
  let source: MediaSource
  let decoder: any MediaDecoding

  func state(of item: ScanItem) throws -> FileState {
    var state = FileState()
    for file in item.files {
      let attributes = try? FileManager.default.attributesOfItem(atPath: file)
      guard attributes?[.type] as? FileAttributeType == .typeRegular else { continue }
      if attributes?[.size] as? Int == 0 {
        state.finding = .init(kind: .empty, subject: item.sample.id, detail: file)
        return state
      }
      if let digest = try? Digest.sha256Hex(ofFile: file) { state.digests.append(digest) }
    }
    let modality = source.modalities[item.modality]
    let noting = NotingDecoder(decoder)
    do {
      _ = try modality.array(item.files, of: item.sample.id, by: noting)
      state.warnings = noting.warnings
    } catch {
      let isDamaged = MediaDamage.isMeant(by: error)
      state.finding = .init(
        kind: isDamaged ? .damaged : .corrupt, subject: item.sample.id, detail: "\(error)")
    }
    return state
  }
}

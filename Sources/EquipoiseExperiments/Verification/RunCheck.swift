// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseTraining
internal import EquipoiseFormats
internal import Foundation

/// Whether every file of a run is what was written, and what can be done where one is not.
struct RunCheck {
  private let run: RunFolder
  private(set) var findings: [FileFinding] = []

  /// Reads every file of a run.
  init(_ run: RunFolder) {
    self.run = run
    let listed = ListedFiles(in: run.path) { Self.remedy(for: $0) }
    findings = listed.findings
    checkList(listed)
    readDescription(listed)
    let newest = checkCheckpoints()
    if !listed.names.contains("metrics.jsonl") { checkJournal(newest) }
    checkTensors(listed, newest)
    checkTables(listed)
  }

  /// The list of a finished run has every file that the run leaves; one that was cut between two lines has less.
  private mutating func checkList(_ listed: ListedFiles) {
    guard !listed.names.isEmpty, FileManager.default.fileExists(atPath: run.result),
      // Read after the result was seen: the run may have ended since the files were compared.
      let names = try? Checksums(folder: run.path).digests.keys,
      let lacking = try? run.finalFiles().sorted().first(where: { !names.contains($0) })
    else { return }
    findings.append(
      .damaged(
        run.path + "/" + Checksums.fileName, "it does not list \(lacking): it was cut",
        fix: "\(Self.restore), or remove it if all other files are whole"))
  }

  private static var again: String { "\(.repeating("run")), which writes it again" }
  private static let restore = "restore it from a copy"

  private static func remedy(for name: String) -> String {
    switch name {
    case RunFolder.environmentName, RunFolder.configurationName:
      "\(restore); if you changed it on purpose, remove its line from \(Checksums.fileName)"
    case RunFolder.resultName: "remove it and \(again)"
    case RunFolder.confusionName:
      "remove \(RunFolder.resultName) and \(.repeating("run")), which writes both again"
    case "best.safetensors":
      "\(.repeating("run")), which makes it again from a checkpoint of its epoch if there is one"
    case "metrics.jsonl":
      "\(restore), or remove \(RunFolder("").checkpoints.dropFirst()) and \(.repeating("run")), "
        + "which trains again from the start"
    default: again
    }
  }

  // MARK: Description and journal

  /// Files that can be listed and whole, and yet not be understood.
  private mutating func readDescription(_ listed: ListedFiles) {
    guard run.isBegun else {
      findings.append(.missing(run.configuration, fix: Self.restore))
      return
    }
    let run = run
    note(run.configuration, listed) { _ = try RunConfiguration.saved(in: run) }
    note(run.environment, listed) { _ = try RunEnvironment.saved(in: run) }
    if FileManager.default.fileExists(atPath: run.result) {
      note(run.result, listed) { _ = try RunScores.result(in: run) }
    }
  }

  private mutating func note(_ path: String, _ listed: ListedFiles, _ read: () throws -> Void) {
    let name = (path as NSString).lastPathComponent
    guard !findings.contains(where: { $0.path == path && $0.isBad }) else { return }
    do {
      try read()
      if !listed.names.contains(name) { findings.append(.unverified(path)) }
    } catch {
      findings.removeAll { $0.path == path }
      findings.append(.damaged(path, "\(error)", fix: Self.remedy(for: name)))
    }
  }

  /// What the newest whole checkpoint says of training.
  private mutating func checkCheckpoints() -> TrainingProgress? {
    let store = CheckpointStore(folder: run.checkpoints, keep: 2)
    var newest: TrainingProgress?
    for path in store.files {
      do {
        let progress = try CheckpointStore.progress(of: path)
        newest = newest ?? progress
        findings.append(.whole(path))
      } catch {
        // A run that is being trained removes its oldest.
        guard FileManager.default.fileExists(atPath: path) else { continue }
        findings.append(
          .damaged(
            path, "\(error)",
            fix: newest == nil
              ? "\(.repeating("run")), which continues from an older checkpoint"
              : "remove it, as a newer one is whole"))
      }
    }
    return newest
  }

  /// The journal of a run that has not ended, against the newest checkpoint.
  private mutating func checkJournal(_ newest: TrainingProgress?) {
    guard let newest else { return }
    let name = "metrics.jsonl"
    guard let content = FileManager.default.contents(atPath: run.metrics) else {
      findings.append(.missing(run.metrics, fix: Self.remedy(for: name)))
      return
    }
    let isLong = content.count >= newest.metricsBytes
    guard isLong, let checksum = newest.metricsChecksum else {
      findings.append(
        isLong
          ? .unverified(run.metrics)
          : .damaged(
            run.metrics, "it has \(content.count) bytes where \(newest.metricsBytes) were written",
            fix: Self.remedy(for: name)))
      return
    }
    findings.append(
      CRC32.of(content.prefix(newest.metricsBytes)) == checksum
        ? .whole(run.metrics)
        : .damaged(
          run.metrics, "its lines are not those that were written", fix: Self.remedy(for: name)))
  }

  // MARK: Weights, measurements and tables

  private mutating func checkTensors(_ listed: ListedFiles, _ newest: TrainingProgress?) {
    if newest?.best != nil, !FileManager.default.fileExists(atPath: run.best) {
      findings.removeAll { $0.path == run.best }
      findings.append(.missing(run.best, fix: Self.remedy(for: "best.safetensors")))
    }
    let measured = ((try? FileSystem.names(in: run.measurements)) ?? []).filter {
      !$0.hasPrefix(".")
    }
    for path in [run.best, run.weights, run.confusion]
      + measured.map({ run.measurements + "/" + $0 })
    where FileManager.default.fileExists(atPath: path) {
      let name = String(path.dropFirst(run.path.count + 1))
      guard !listed.names.contains(name) else { continue }
      findings.append(.tensors(path, fix: Self.remedy(for: name)))
    }
  }

  /// The table and the event file say again what the journal says.
  private mutating func checkTables(_ listed: ListedFiles) {
    guard !listed.names.contains("metrics.csv") else { return }
    var (tries, agrees) = (40, tableAgrees)
    // A run that is being trained writes one after the other; what agreed once is whole.
    while agrees == false, ProcessLock.isAlive(in: run.path), tries > 1 {
      usleep(25_000)
      tries -= 1
      agrees = tableAgrees
    }
    // It may have ended after the last look.
    if agrees == false { agrees = tableAgrees }
    guard let agrees else { return }
    findings.append(
      agrees
        ? .whole(run.metricsTable)
        : .damaged(run.metricsTable, "it does not agree with metrics.jsonl", fix: Self.again))
  }

  /// Whether the table says what the journal says; nil where one of them cannot be read.
  private var tableAgrees: Bool? {
    guard let table = FileManager.default.contents(atPath: run.metricsTable),
      let records = try? MetricsRecord.read(run.metrics)
    else { return nil }
    return MetricsTable.agrees(table, with: records)
  }
}

// SPDX-License-Identifier: Apache-2.0
import Equipoise
import Foundation

/// Says what an option that there is not is called here, for those who know it from another program.
enum UnknownOption {
  /// A remedy for the parser's `message`; `nil` where it is about something else or nothing is known.
  static func hint(_ message: String, arguments: [String]) -> String? {
    guard let found = message.firstMatch(of: /nknown option '-{1,2}([^'=]+)/) else { return nil }
    let help = CalledCommand(arguments).help
    let name = SettingNames.normalized(String(found.1))
    if let flag = flags[name], help.contains("--\(flag) ") { return "did you mean '--\(flag)'?" }
    guard let path = SettingNames.path(of: String(found.1)) else { return nil }
    let flag = RunOptions.paths.first { $0.value == path }?.key
    if let flag, help.contains("--\(flag) ") { return "did you mean '--\(flag)'?" }
    return help.contains("--set ") ? "did you mean '--set \(path)=…'?" : nil
  }

  /// Options that are not settings, normalised.
  private static let flags: [String: String] = {
    let names = [
      "out": [
        "output", "outdir", "outputdir", "outputfolder", "savedir", "logdir", "savepath",
        "outputpath",
        "defaultrootdir", "resultsdir", "o", "workdir", "expdir", "outfile", "outputfile",
      ],
      "config": ["cfg", "configfile", "configpath", "c", "settings"],
      "data": ["dataset", "datadir", "datapath", "dataroot", "datasetdir", "d"],
      "input": ["in", "inputdir", "source", "src", "i", "raw"],
      "methods": ["method", "algorithms", "algos", "models"],
      "seeds": ["seed", "numseeds", "nseeds", "repeats"],
      "jobs": ["numworkers", "parallel", "processes", "j", "njobs", "workers"],
      "epochs": ["e"], "batch-size": ["b"], "format": ["f", "outputformat", "json", "csv"],
      "resume": ["resumefrom", "resumefromcheckpoint", "ckpt", "ckptpath", "continue"],
      "weights": ["checkpoint", "ckpt", "ckptpath"],
      "init": ["pretrained", "initweights", "loadfrom", "finetune"],
      "force": ["overwrite", "yes", "y"], "quiet": ["silent", "q", "noprogress"],
      "modality": ["encoder"], "dry-run": ["dryrun", "fastdevrun"],
      "trials": ["ntrials", "numtrials", "numsamples"],
    ]
    // A word may stand for several flags, of which a command has one.
    let pairs = names.flatMap { flag, words in words.map { ($0, flag) } }
    return Dictionary(pairs.sorted { $0.1 < $1.1 }, uniquingKeysWith: { first, _ in first })
  }()
}

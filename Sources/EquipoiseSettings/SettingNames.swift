// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import EquipoiseFormats

/// What people who come from other programs call a setting, and where it is here.
package enum SettingNames {
  /// The paths of `tree` that `path`, which is not one of them, may have meant; the likeliest first.
  package static func suggestions(for path: ConfigPath, in tree: ConfigMapping) -> [String] {
    // What applies comes before the keys of choices that are not made; the sections on the way are known already.
    let known = [false, true].map { others in
      paths(of: tree, withOthers: others).filter { !path.keys.starts(with: $0.keys) }
    }
    // `optimizer.lr`: where the section is not known either, the last word says most.
    for key in path.keys.reversed() {
      let wanted = normalized(key)
      for known in known {
        let same = known.filter { normalized($0.keys.last ?? "") == wanted }
        if !same.isEmpty { return same.map(\.description) }
        let meant = (elsewhere[wanted] ?? []).filter { known.map(\.description).contains($0) }
        if !meant.isEmpty { return meant }
      }
    }
    let last = path.keys.last ?? ""
    for known in known {
      let near = Nearest.matches(last, in: Array(Set(known.compactMap(\.keys.last))), limit: 1)
      if !near.isEmpty {
        return known.filter { near.contains($0.keys.last ?? "") }.map(\.description)
      }
    }
    return []
  }

  /// Without case, underscores and hyphens: `learning_rate` is `learningRate`.
  package static func normalized(_ name: String) -> String {
    String(name.lowercased().filter { $0 != "_" && $0 != "-" && $0 != " " })
  }

  /// Every path below the top, sections included; NAME stands for a key that the user chooses. Keys of choices that
  /// are not made are among them if asked for.
  private static func paths(
    of tree: ConfigMapping, at base: ConfigPath = ConfigPath(), withOthers: Bool
  ) -> [ConfigPath] {
    var entries = tree.entries
    if let defaults = tree.elementDefaults { entries = [.init(key: "NAME", value: defaults)] }
    for key in withOthers ? tree.mark?.choices.flatMap(\.keys) ?? [] : []
    where !entries.contains(where: { $0.key == key }) {
      entries.append(.init(key: key, value: .null))
    }
    return entries.flatMap { entry -> [ConfigPath] in
      let place = base.appending(entry.key)
      return [place]
        + (entry.value.mapping.map { paths(of: $0, at: place, withOthers: withOthers) } ?? [])
    }
  }

  /// Names in PyTorch, Lightning, timm, Hugging Face and scripts, normalised, with what they are here.
  private static let elsewhere: [String: [String]] = {
    let names: [(String, [String])] = [
      (
        "training.optimiser.learningRate",
        [
          "lr", "baselr", "initlr", "initiallr", "maxlr", "peaklr", "lr0", "eta",
          "initiallearningrate",
        ]
      ),
      (
        "training.batchSize",
        [
          "bs", "batch", "trainbatchsize", "perdevicetrainbatchsize", "minibatchsize", "bsz",
          "batchsz",
        ]
      ),
      (
        "training.epochs",
        [
          "numepochs", "maxepochs", "nepochs", "nepoch", "numtrainepochs", "trainepochs",
          "totalepochs",
        ]
      ),
      ("training.optimiser.weightDecay", ["wd", "l2", "l2reg", "decay"]),
      ("training.optimiser.type", ["optim", "opt", "optimizertype", "optimizername"]),
      ("training.optimiser", ["optimizer"]),
      ("training.optimiser.epsilon", ["eps", "adamepsilon", "opteps"]),
      ("training.optimiser.betas", ["beta1", "beta2", "adambeta1", "adambeta2", "optbetas"]),
      (
        "training.schedule.type",
        ["sched", "lrscheduler", "scheduler", "lrschedule", "lrschedulertype"]
      ),
      (
        "training.schedule.warmupEpochs",
        ["warmup", "numwarmupepochs", "warmupratio"]
      ),
      ("training.schedule.warmupSteps", ["numwarmupsteps", "warmupiters"]),
      ("training.schedule.rise", ["pctstart"]),
      ("training.schedule.period", ["t0"]),
      ("training.schedule.periodMultiplier", ["tmult", "cyclemul", "lrcyclemul"]),
      (
        "training.earlyStopping.patience",
        ["earlystop", "earlystoppingpatience", "earlystoppingrounds", "patienceepochs"]
      ),
      ("training.earlyStopping.minimumChange", ["mindelta", "earlystoppingthreshold"]),
      (
        "training.microBatchSize",
        [
          "microbatch", "accumulategradbatches", "gradientaccumulationsteps", "accumulationsteps",
          "gradaccum", "gradaccumsteps", "accumiter",
        ]
      ),
      ("training.batchStatistics", ["syncbatchnorm", "syncbn", "convertsyncbatchnorm"]),
      ("training.averaging.type", ["ema", "swa", "modelema", "useema"]),
      ("training.averaging.decay", ["emadecay", "modelemadecay"]),
      ("training.averaging.startEpoch", ["swaepochstart", "swastart"]),
      ("training.parts", ["paramgroups", "parametergroups", "freeze", "freezelayers"]),
      ("training.decaysNormsAndBiases", ["filterbiasandbn", "nodecay"]),
      ("training.maximumSeconds", ["maxtime", "timelimit", "maxseconds"]),
      ("training.schedule.minimumLearningRate", ["minlr", "lrmin", "etamin", "finallr"]),
      ("training.schedule.stepSize", ["decayepochs", "lrstep", "lrdecaystep", "milestones"]),
      ("training.schedule.gamma", ["lrdecay", "decayrate", "lrdecayratio", "lrgamma"]),
      (
        "training.gradientClip",
        ["clip", "clipgrad", "gradclip", "maxgradnorm", "gradientclipval", "clipnorm", "maxnorm"]
      ),
      (
        "training.precision",
        ["amp", "fp16", "bf16", "mixedprecision", "dtype", "useamp", "half", "autocast"]
      ),
      ("runtime.seed", ["randomseed", "manualseed", "rngseed", "seedeverything", "randomstate"]),
      ("runtime.loaders", ["workers", "numworkers", "nworkers", "dataloadernumworkers", "njobs"]),
      ("runtime.prefetch", ["prefetchfactor", "dataloaderprefetchfactor"]),
      ("runtime.threads", ["numthreads", "nthreads", "cpus"]),
      ("runtime.device", ["gpu", "gpus", "gpuids", "accelerator", "devices", "usecuda", "cuda"]),
      (
        "runtime.maxSteps",
        ["steps", "numsteps", "totalsteps", "maxiters", "iterations", "maxiter"]
      ),
      ("runtime.checkpointEverySteps", ["savesteps", "saveevery", "everyntrainsteps", "savefreq"]),
      ("runtime.keepCheckpoints", ["savetotallimit", "savetopk", "checkpointhist"]),
      ("evaluation.batchSize", ["evalbatchsize", "valbatchsize", "perdeviceevalbatchsize"]),
      (
        "evaluation.validationFraction",
        ["valsplit", "valratio", "valfraction", "validationsplit", "valsize", "valpercent"]
      ),
      ("evaluation.selectBy", ["monitor", "metric", "metricforbestmodel", "evalmetric"]),
      (
        "data", ["dataset", "datadir", "datapath", "datafolder", "dataroot", "datasetpath", "root"]
      ),
      ("method.name", ["algorithm", "algo", "balancing", "trainer", "strategy"]),
      ("model.encoders.NAME.type", ["arch", "architecture", "backbone", "encoder", "modelname"]),
      ("model.encoders.NAME.initialWeights", ["pretrained", "pretrainedweights"]),
      ("model.encoders.NAME.width", ["embeddim", "hiddensize", "dmodel", "hiddendim", "dim"]),
      ("model.encoders.NAME.heads", ["numheads", "nhead", "nheads", "numattentionheads"]),
      ("model.encoders.NAME.depth", ["numlayers", "nlayers", "numhiddenlayers", "layers"]),
      ("model.encoders.NAME.dropout", ["drop", "droprate", "dropoutrate", "hiddendropoutprob"]),
      ("model.fusion.type", ["fusiontype", "fusionmethod", "head"]),
      ("model.fusion.scale", ["cosinescale"]),
      ("model.coupling.type", ["mmtm"]),
      ("method.normalised", ["normalize"]),
      ("modalities", ["modality", "inputs", "modals"]),
    ]
    let pairs = names.flatMap { path, names in names.map { ($0, path) } }
    return Dictionary(grouping: pairs, by: \.0).mapValues { $0.map(\.1) }
  }()
}

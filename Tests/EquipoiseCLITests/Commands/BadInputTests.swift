// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseTestSupport
import Foundation
import Testing

/// What the user reads when something is wrong: one line, and the exit status.
@Suite struct BadInputTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try TinyDataset.write(to: folder.file("data"))
  }

  /// A command line, in which DIR stands for the test's folder, and what it says.
  struct Mistake: CustomTestStringConvertible {
    let arguments: String
    let status: Int32
    let message: String

    /// Not understood: 64; understood, but wrong: 1.
    init(_ arguments: String, status: Int32 = 1, _ message: String) {
      (self.arguments, self.status, self.message) = (arguments, status, message)
    }

    var testDescription: String { arguments }
  }

  @Test(arguments: commandLines + configurations + folders)
  func isToldInOneLine(_ mistake: Mistake) throws {
    let arguments = mistake.arguments.split(separator: " ")
      .map { $0.replacingOccurrences(of: "DIR", with: folder.path) }
    let outcome = try CommandLineTool.run(arguments)
    let errors = outcome.errors.replacingOccurrences(of: folder.path, with: "DIR")
    #expect(errors == "error: \(mistake.message)\n")
    #expect(outcome.status == mistake.status)
    #expect(outcome.output.isEmpty)
  }

  private static let commandLines = [
    Mistake(
      "trian --data DIR/data", status: 64,
      "there is no command 'trian'; did you mean 'train'?"),
    Mistake(
      "train --epoch 3", status: 64,
      "unknown option '--epoch'; did you mean '--epochs'?"),
    Mistake(
      "train --data DIR/data --epochs three --out DIR/run", status: 64,
      "the value 'three' is invalid for '--epochs <n>'; see 'equipoise train --help'"),
    Mistake(
      "train --data DIR/data --out DIR/run --epochs -3",
      "--epochs: training.epochs is -3; expected at least 1"),
    Mistake(
      "train --data DIR/data --out DIR/run --epochs 4611686018427387904",
      "--epochs: training.epochs is 4611686018427387904; expected at most 1000000"),
    Mistake(
      "config check --data DIR/data --set runtime.prefetch=9223372036854775807",
      "--set: runtime.prefetch is 9223372036854775807; expected at most 1000000"),
    Mistake(
      "train --lr 0.1", status: 64, "unknown option '--lr'; did you mean '--learning-rate'?"),
    Mistake("train --bs=8", status: 64, "unknown option '--bs'; did you mean '--batch-size'?"),
    Mistake(
      "train --batch_size 8", status: 64,
      "unknown option '--batch_size'; did you mean '--batch-size'?"),
    Mistake(
      "train --weight_decay 8", status: 64,
      "unknown option '--weight_decay'; did you mean '--set training.optimiser.weightDecay=…'?"),
    Mistake(
      "compare --lr 8", status: 64,
      "unknown option '--lr'; did you mean '--set training.optimiser.learningRate=…'?"),
    Mistake(
      "train --output_dir x", status: 64, "unknown option '--output_dir'; did you mean '--out'?"),
    Mistake(
      "sweep --data DIR/data --out DIR/run --methods joint --grid lr=0.1,0.2",
      "--grid lr (for 'joint'): unknown key 'lr'; did you mean 'training.optimiser.learningRate'?"),
    Mistake(
      "sweep --data DIR/data --out DIR/run --methods joint --grid training.batchSize=8,0",
      "trial training.batchSize=0 of 'joint': training.batchSize is 0; expected at least 1"),
    Mistake("train --data DIR/data", status: 64, "no run folder is given; add --out DIR"),
    Mistake(
      "evaluate", status: 64,
      "missing expected argument '<run>'; see 'equipoise evaluate --help'"),
    Mistake("prepare synthetic", status: 64, "no dataset folder is given; add --out DIR"),
    Mistake(
      "prepare synthetik --out DIR/new",
      "there is no recipe 'synthetik'; did you mean 'synthetic'?"),
    Mistake("demo --seed=-1", status: 64, "--seed takes a number from 0"),
    Mistake(
      "inspect DIR/run --epochs 3", status: 64,
      "a run has its configuration; leave out the flags that make another"),
  ]

  private static let configurations = [
    Mistake("train --out DIR/run", "no dataset is given; add --data DIR or 'data: DIR'"),
    Mistake(
      "train --data DIR/data --out DIR/run --method joynt",
      "--method: method.name is 'joynt'; did you mean 'joint'?"),
    Mistake(
      "train --data DIR/data --out DIR/run --set training.epoch=3",
      "--set: unknown key 'training.epoch'; did you mean 'epochs'?"),
    Mistake(
      "train --data DIR/data --out DIR/run --set epochs",
      "--set epochs: not of the form KEY=VALUE; for example: training.epochs=10"),
    Mistake(
      "config print --epochs 0", "--epochs: training.epochs is 0; expected at least 1"),
    Mistake(
      "config print --precision fp16",
      "--precision: training.precision is 'fp16'; choose from 'bf16', 'fp32', 'tf32'"),
    Mistake(
      "config check --data DIR/data --modalities audio,motoin",
      "DIR/data: dataset 'tiny' has no modality 'motoin'; did you mean 'motion'?"),
    Mistake(
      "config check --data DIR/data --set model.encoders.adio.width=3",
      "model.encoders.adio: dataset 'tiny' has no modality 'adio'; did you mean 'audio'?"),
    Mistake(
      "config check --data DIR/data --method unimodal",
      """
      modalities: unimodal training takes one modality, and this model has audio, motion; choose \
      one, for example --modalities audio
      """),
    Mistake(
      "config check --data DIR/data --device gpu",
      "--device: runtime.device is 'gpu'; expected auto, cpu, cuda, cuda:N or mps"),
  ]

  private static let folders = [
    Mistake(
      "config check --data DIR/missing",
      """
      DIR/missing: there is nothing at this path; give a folder made by 'equipoise prepare'
      """),
    Mistake(
      "config check --data DIR/data/dataset.json",
      """
      DIR/data/dataset.json: this is a file, not a prepared dataset; give a folder made by \
      'equipoise prepare'
      """),
    Mistake(
      "evaluate DIR/data",
      "DIR/data: this is a prepared dataset, not a run; name the folder given to 'equipoise train --out'"
    ),
    Mistake(
      "prepare synthetic --out DIR/data",
      "DIR/data: there is something at this path already; remove it or choose another path"),
  ]

  @Test func configurationFilesAreToldWithTheirLine() throws {
    let file = try folder.write("data: x\ntraining:\n  epcohs: 3\n", to: "run.yaml")
    let outcome = try CommandLineTool.run(["config", "print", "--config", file])
    #expect(outcome.status == 1)
    #expect(
      outcome.errors
        == "error: \(file):3: unknown key 'training.epcohs'; did you mean 'epochs'?\n")
  }

  @Test func deviceThatIsAbsent() throws {
    let outcome = try CommandLineTool.run([
      "config", "check", "--data", folder.file("data"), "--device", "cuda:99",
    ])
    #expect(outcome.status == 1)
    #expect(outcome.errors.hasPrefix("error: ") && outcome.errors.contains("cuda:99"))
    #expect(outcome.errors.contains("; 'equipoise doctor' shows what --device can be"))
  }

  #if os(Linux)
    @Test func cudaLibraryThatCannotBeLoaded() throws {
      let libraries = try libtorchWithBrokenCUDA()
      let environment = "export LD_LIBRARY_PATH='\(libraries)'"
      let check = ["config", "check", "--data", folder.file("data")] + TinyDataset.model
      // Nobody asked for CUDA.
      let auto = try CommandLineTool.run(check, after: environment)
      #expect(auto.status == 0 && auto.errors.isEmpty, "\(auto.errors)")
      let asked = try CommandLineTool.run(check + ["--device", "cuda"], after: environment)
      #expect(asked.status == 1)
      #expect(
        asked.errors.hasPrefix(
          "error: runtime.device: device 'cuda' cannot be used: libtorch's CUDA library cannot be "
            + "loaded (\(libraries)/libc10_cuda.so: "), "\(asked.errors)")
      let doctor = try CommandLineTool.run(["doctor", "--format", "json"], after: environment)
      let findings = try #require(try doctor.json()["findings"] as? [[String: String]])
      #expect(findings.first { $0["name"] == "cuda" }?["status"] == "warning")
      #expect(doctor.status == 0)
    }

    /// A folder of links to the libtorch in use, with files in place of CUDA libraries that are not libraries.
    private func libtorchWithBrokenCUDA() throws -> String {
      let doctor = try CommandLineTool.run(["doctor", "--format", "json"])
      let findings = try #require(try doctor.json()["findings"] as? [[String: String]])
      let library = try #require(findings.first { $0["name"] == "library" }?["value"])
      let source = URL(fileURLWithPath: library).deletingLastPathComponent()
      let target = folder.file("lib")
      let manager = FileManager.default
      try manager.createDirectory(atPath: target, withIntermediateDirectories: false)
      for name in try manager.contentsOfDirectory(atPath: source.path)
      where !name.contains("cuda") {
        try manager.createSymbolicLink(
          atPath: target + "/" + name,
          withDestinationPath: source.appendingPathComponent(name).path)
      }
      for name in ["libc10_cuda.so", "libtorch_cuda.so"] {
        _ = try folder.write("no library", to: "lib/" + name)
      }
      return target
    }
  #endif

  @Test func folderThatCannotBeMade() throws {
    let file = try folder.write("", to: "file")
    let outcome = try CommandLineTool.run(
      ["train", "--data", folder.file("data"), "--out", file + "/run"] + TinyDataset.model)
    #expect(outcome.status == 1)
    #expect(
      outcome.errors == "error: \(file): cannot make the folder: Not a directory; "
        + "check that each part of the path is a folder and the last one a file\n")
  }

  @Test func shardThatIsDamaged() throws {
    let shard = folder.file("data") + "/train-00000.safetensors"
    let whole = try Data(contentsOf: URL(fileURLWithPath: shard))
    try whole.dropLast(100).write(to: URL(fileURLWithPath: shard))
    let cut = try CommandLineTool.run(["config", "check", "--data", folder.file("data")])
    #expect(cut.status == 1)
    #expect(cut.errors.hasPrefix("error: \(shard): "))
    try FileManager.default.removeItem(atPath: shard)
    let gone = try CommandLineTool.run(["config", "check", "--data", folder.file("data")])
    #expect(gone.status == 1)
    #expect(gone.errors.contains("'train-00000.safetensors' of split 'train' is missing"))
  }

  @Test func numberThatIsNotFinite() throws {
    let data = folder.file("broken")
    try TinyDataset.write(to: data)
    try spoilFirstNumber(of: "audio", in: data + "/train-00000.safetensors")
    let outcome = try CommandLineTool.run(
      ["train", "--data", data, "--out", folder.file("run"), "--quiet"] + TinyDataset.model)
    #expect(outcome.status == 1)
    #expect(outcome.errors.hasPrefix("error: ") && outcome.errors.contains("audio"))
    #expect(outcome.errors.split(separator: "\n").count == 1)
    let check = try CommandLineTool.run(["inspect", "--check-data", "--data", data])
    #expect(check.status == 1)
    #expect(
      check.output
        == "\(data)/train-00000.safetensors: row 0 of modality 'audio' is not finite\n")
    #expect(check.errors.hasPrefix("error: \(data): numbers that are not finite: 1; "))
    let sound = try CommandLineTool.run(
      ["inspect", "--check-data", "--data", folder.file("data")])
    #expect(sound.output == "every number is finite\nall 9 tensors have their checksums\n")
    #expect(sound.status == 0)
  }

  /// Overwrites the first float32 of a tensor with NaN, as a faulty program might have written it.
  private func spoilFirstNumber(of tensor: String, in path: String) throws {
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    let length = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    let header = try JSONSerialization.jsonObject(with: bytes[8..<8 + length])
    let entry = (header as? [String: Any])?[tensor] as? [String: Any]
    let offsets = try #require(entry?["data_offsets"] as? [Int])
    let start = 8 + length + offsets[0]
    bytes.replaceSubrange(start..<start + 4, with: [0, 0, 0xC0, 0x7F])
    try bytes.write(to: URL(fileURLWithPath: path))
  }

  @Test func splitThatIsEmpty() throws {
    let data = folder.file("untested")
    try TinyDataset.write(to: data, test: 0)
    let run = folder.file("run")
    let trained = try CommandLineTool.run(
      ["train", "--data", data, "--out", run, "--epochs", "1", "--quiet"] + TinyDataset.model)
    #expect(trained.status == 0 && !trained.output.contains(" test"))
    let outcome = try CommandLineTool.run(["evaluate", run])
    #expect(outcome.status == 1)
    #expect(outcome.errors.hasPrefix("error: \(data): the dataset has no samples in split 'test'"))
  }

  /// Names of one letter, on which a path of Foundation's ends the process.
  @Test func foldersOfOneLetter() throws {
    let folder = try TemporaryFolder()
    try TinyDataset.write(to: folder.file("d"))
    let outcome = try CommandLineTool.run(
      script: "cd '\(folder.path)' && E='\(CommandLineTool.executable.path)' && set -e\n"
        + "$E train --data d --out r --epochs 1 --quiet --set 'model.encoders.audio={type: mlp}' "
        + "--set 'model.encoders.motion={type: conv1d}'\n"
        + "$E evaluate r\n$E check r d\n$E report r --out p\n"
        + "$E export r --format onnx --out o\n$E predict r d --format csv --out c\n"
        + "$E prepare synthetic --out s --set train=12 --set validation=6 --set test=6\n")
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  /// What a user may not read is not called absent.
  @Test(.enabled(if: getuid() != 0, "root may read everything"))
  func foldersThatMayNotBeRead() throws {
    let folder = try TemporaryFolder()
    try TinyDataset.write(to: folder.file("data"))
    #expect(chmod(folder.file("data"), 0) == 0)
    defer { chmod(folder.file("data"), 0o700) }
    let outcome = try CommandLineTool.run([
      "train", "--data", folder.file("data"), "--out", folder.file("run"),
    ])
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("/data: cannot read the folder: Permission denied"))
  }
}

// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseFormats
import Foundation
import Testing

/// Manifests of arrays: one npy or npz file for each sample.
struct ManifestArraysTests {
  private let tree: RawTree

  init() throws { tree = try RawTree() }

  private func write(_ array: HostArray, _ name: String) throws {
    try NPY.write(array, to: tree.path + "/" + name)
  }

  /// Rows 1, 2, 3 … of three numbers, each in a type of its own.
  private func half(_ row: Int) -> HostArray {
    HostArray((0..<3).map { Float16(3 * row + $0) }, shape: [3])
  }
  private func single(_ row: Int) -> HostArray {
    HostArray(floats: (0..<3).map { Float(3 * row + $0) }, shape: [3])
  }
  private func whole(_ row: Int) -> HostArray {
    HostArray(int64s: (0..<3).map { Int64(3 * row + $0) }, shape: [3])
  }

  private func manifest(_ arrays: [HostArray]) throws {
    var rows = "id,split,label,x\n"
    for (row, array) in arrays.enumerated() {
      try write(array, "\(row).npy")
      rows += "\(row),train,\(row % 2),\(row).npy\n"
    }
    try tree.write(rows, to: "manifest.csv")
  }

  private func values(_ data: PreparedDataset) throws -> [Float] {
    let samples = try data.samples(.train)
    let batch = try #require(
      try Loader(samples, LoaderOptions(batchSize: samples.count)).batches(epoch: 0).next())
    return batch.inputs[0].floats()
  }

  /// The wide ones among the others, first and last.
  @Test(arguments: [
    [0, 0, 0, 1], [0, 0, 0, 1, 0], [1, 0, 0, 0], [2, 0, 1, 2], [2, 2, 2, 2], [0, 0, 0, 3],
  ])
  func everyTypeKeepsItsNumbers(kinds: [Int]) throws {
    let arrays = try kinds.enumerated().map { row, kind in
      switch kind {
      case 0: half(row)
      case 1: single(row)
      case 2: whole(row)
      default: try single(row).converted(to: .float64)
      }
    }
    try manifest(arrays)
    let data = try tree.prepare("manifest")
    let type: ElementType = Set(kinds) == [0] ? .float16 : .float32
    #expect(data.modalities[0].description.type == type)
    #expect(try values(data) == (0..<3 * kinds.count).map(Float.init))
  }

  @Test func whatDoesNotGoTogetherIsRefusedBeforeTheWork() throws {
    let folder = try MediaFolder(tree.path).path
    try manifest([single(0), HostArray(uint8s: [1, 2, 3], shape: [3])])
    #expect(
      tree.problem("manifest")
        == "\(folder)/manifest.csv:3: \(folder)/1.npy is uint8 where others are float32; uint8 stands for 0 to "
        + "1, other types for their numbers; save all with one dtype")
    func series(_ length: Int) -> HostArray {
      HostArray([Float](repeating: 1, count: 2 * length), shape: [length, 2])
    }
    try manifest([series(5), series(7), series(5)])
    #expect(
      tree.problem("manifest")
        == "\(folder)/1.npy: float32 [7, 2] does not have the shape [5, 2] of the others, as 1 of 3 files; "
        + "give arrays of one shape, or say with the setting 'length' how many steps series are padded or cut to"
    )
    // Allowed, the one that differs is left out and listed.
    let some = try tree.prepare("manifest", to: "some", maxCorrupt: 1)
    #expect(try some.samples(.train).count == 2)
    try manifest([single(0), HostArray(floats: [1, .nan, .infinity], shape: [3])])
    let problem = try #require(tree.problem("manifest"))
    #expect(
      problem.contains(
        "1 of 3 numbers are NaN, 1 of 3 numbers are infinite; fill such numbers in or leave the sample out"
      ))
    #expect(!FileManager.default.fileExists(atPath: tree.maker.file("refused")))
  }

  @Test func seriesOfDifferentLengths() throws {
    func series(_ length: Int, _ first: Float) -> HostArray {
      HostArray((0..<2 * length).map { first + Float($0) }, shape: [length, 2])
    }
    var broken = series(6, 40).floats()
    broken[10] = .nan
    try manifest([
      series(2, 10), series(1, 20), series(5, 30), HostArray(broken, shape: [6, 2]),
    ])
    var notes: [String] = []
    let data = try tree.prepare("manifest", ["modalities.x.length=4"]) {
      if case .note(let text) = $0 { notes.append(text) }
    }
    // Behind the cut nothing is looked at.
    #expect(notes.contains("2 samples of 'x' had more than 4 steps: the rest was cut off"))
    #expect(data.modalities[0].description.shape == [4, 2])
    let samples = try data.samples(.train)
    #expect(samples.lengths[0] == [2, 1, 4, 4])
    #expect(
      try values(data)[..<16] == [10, 11, 12, 13, 0, 0, 0, 0, 20, 21, 0, 0, 0, 0, 0, 0])
    #expect(
      try values(data)[16...].elementsEqual([
        30, 31, 32, 33, 34, 35, 36, 37, 40, 41, 42, 43, 44, 45, 46, 47,
      ]))
    // From the parts, the same; of another length they are made again.
    #expect(try tree.prepare("manifest", ["modalities.x.length=4"]).fingerprint == data.fingerprint)
    let all = try tree.prepare("manifest", ["modalities.x.length=5"])
    #expect(try all.samples(.train).lengths[0] == [2, 1, 5, 5])
    try manifest([single(0), single(1)])
    #expect(
      tree.problem("manifest", ["modalities.x.length=5"])?.contains(
        "arrays of kind vector have no steps; leave 'length' out") == true)
  }

  @Test func archivesWithSeveralArrays() throws {
    let script = """
      import sys, io, zipfile, struct
      def npy(values):
          header = ("{'descr': '<f4', 'fortran_order': False, 'shape': (%d,), }" % len(values)).encode()
          header += b' ' * (117 - len(header)) + b'\\n'
          return b'\\x93NUMPY\\x01\\x00' + struct.pack('<H', len(header)) + header + struct.pack('<%df' % len(values), *values)
      for row in range(4):
          with zipfile.ZipFile('%s/%d.npz' % (sys.argv[1], row), 'w', zipfile.ZIP_DEFLATED) as archive:
              archive.writestr('face.npy', npy([row, row + 0.5]))
              archive.writestr('voice.npy', npy([10 * row, 1, 2]))
              archive.writestr('y.npy', npy([row % 2]))
      """
    _ = try MediaMaker.run("python3", ["-c", script, tree.path])
    try tree.write(
      "label,split,voice,video\n"
        + (0..<4).map { "\($0 % 2),train,\($0).npz,\($0).npz\n" }.joined(), to: "manifest.csv")
    let folder = try MediaFolder(tree.path).path
    #expect(
      tree.problem("manifest")
        == "modalities.video.key: \(folder)/0.npz holds 3 arrays; choose from face, voice, y")
    let data = try tree.prepare("manifest", ["modalities.video.key=face"])
    #expect(data.modalities.map(\.description.shape) == [[2], [3]])
    #expect(try values(data) == [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5])
    #expect(
      tree.problem("manifest", ["modalities.video.key=fase"])?.contains("did you mean 'face'?")
        == true)
    // Predicting finds the same arrays.
    try tree.train()
    func fused(_ arguments: [String]) throws -> [String] {
      let output = try MediaMaker.run(
        WorkerTests.program,
        ["predict", tree.maker.file("run"), "--threads", "1", "--format", "csv"] + arguments)
      return String(decoding: output, as: UTF8.self).split(separator: "\n").dropFirst().map {
        $0.split(separator: ",").dropFirst(2).joined(separator: ",")
      }
    }
    let prepared = try fused([tree.maker.file("data"), "--split", "train"])
    #expect(prepared.count == 4)
    #expect(try fused(["--manifest", tree.path]) == prepared)
    // Whole numbers serve where they served in training, in whatever order the types come.
    for row in 0..<4 {
      let numbers = [Int64(10 * row), 1, 2]
      try write(
        row % 2 == 0
          ? HostArray(int64s: numbers, shape: [3])
          : HostArray(numbers.map(Double.init), shape: [3]),
        "voice\(row).npy")
    }
    try tree.write(
      "label,voice,video\n" + (0..<4).map { "\($0 % 2),voice\($0).npy,\($0).npz\n" }.joined(),
      to: "other.csv")
    #expect(try fused(["--manifest", tree.path + "/other.csv"]) == prepared)
    try write(
      HostArray(int64s: (0..<4).flatMap { [Int64(10 * $0), 1, 2] }, shape: [4, 3]), "all.npy")
    let voices = try fused(["--input", "voice=" + tree.path + "/all.npy"])
    try write(
      HostArray(floats: (0..<4).flatMap { [Float(10 * $0), 1, 2] }, shape: [4, 3]), "floats.npy")
    #expect(try fused(["--input", "voice=" + tree.path + "/floats.npy"]) == voices)
  }
}

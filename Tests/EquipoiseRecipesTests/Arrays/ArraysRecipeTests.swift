// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import EquipoiseTorch
import Foundation
import Testing

@testable import EquipoiseData
@testable import EquipoiseFormats
@testable import EquipoiseKit
@testable import EquipoisePreparation
@testable import EquipoiseRecipes

@Suite struct ArraysRecipeTests {
  @Test func takesEveryArrayOfTheFolder() throws {
    let source = try Source()
    let dataset = try source.prepare([])
    #expect(dataset.description.name == "source")
    #expect(dataset.description.classes == ["0", "1"])
    #expect(dataset.modalities.map(\.name) == ["fac", "mor"])
    #expect(
      dataset.modalities.map(\.description.kind) == [.vector, .sequence])
    let splits = try dataset.trainingSplits(validationFraction: 0.5, seed: 0)
    #expect(splits.mapValues(\.count) == [.train: 4, .validation: 1, .test: 2])
    let train = try #require(splits[.train])
    #expect(train.labels == [0, 1, 0, 1])
    let stream = try Loader(train, LoaderOptions(batchSize: 4)).batches(epoch: 0)
    let batch = try #require(try stream.next())
    #expect(batch.inputs[0].floats() == [0, 0, 1, 10, 2, 20, 4, 40])
    // float64 becomes float32.
    #expect(batch.inputs[1].type == .float32)
    // Of 0, 1, 2 and 4, and ten times that.
    let fac = dataset.modalities[0].description
    #expect(fac.mean == [1.75, 17.5])
    #expect(
      zip(fac.std ?? [], [1.479019945774904, 14.79019945774904]).allSatisfy {
        abs($0 - $1) < 1e-9
      })
  }

  @Test func usesWhatIsNamed() throws {
    let source = try Source()
    let dataset = try source.prepare([
      "name=mine", "label=word", "id=who", "group=team", "standardise=false", "only=[z]",
      "modalities.z.file=both.npz", "modalities.z.key=second", "modalities.fac.file=fac.npy",
      "splitValues.train=[train, extra]", "splitValues.validation=[]",
    ])
    #expect(dataset.description.name == "mine")
    #expect(dataset.description.classes == ["no", "yes"])
    #expect(dataset.modalities.map(\.name) == ["z"])
    #expect(dataset.modalities[0].description.type == .uint8)
    #expect(dataset.modalities[0].description.mean == nil)
    #expect(dataset.description.extra["groups"] == "blue, red")
    let train = try dataset.samples(.train)
    // Row 3 has no label; row 5 is for validation, which is not asked for.
    #expect((0..<train.count).map(train.id) == ["a", "b", "c", "e", "h"])
    #expect(train.labels == [0, 1, 0, 1, 1])
    #expect(train.groups == [1, 1, 0, 0, 0])
    #expect(
      source.notes == [
        "1 of 8 rows have no label in column 'word' and are left out",
        "1 of 8 rows belong to none of the splits and are left out: column 'split' holds 'valid' there",
      ])
  }

  @Test func rowsHaveLengths() throws {
    let source = try Source()
    func write(_ lengths: [Int64]) throws {
      try NPY.write(
        HostArray(int64s: lengths, shape: [lengths.count]),
        to: source.folder.file("source/mor.length.npy"))
    }
    // Behind the steps of row 0 there is a number that is not one.
    var mor = (0..<48).map { Double($0) }
    mor[3] = .nan
    try NPY.write(HostArray(mor, shape: [8, 3, 2]), to: source.folder.file("source/mor.npy"))
    try write([1, 3, 2, 3, 1, 3, 2, 3])
    let dataset = try source.prepare([])
    #expect(dataset.modalities.map(\.name) == ["fac", "mor"])
    let train = try dataset.samples(.train)
    #expect(train.lengths[0] == nil && train.lengths[1] == [1, 3, 2, 1])
    let first = try #require(
      try Loader(train, LoaderOptions(batchSize: 1)).batches(epoch: 0).next())
    #expect(first.inputs[1].floats() == [0, 1] && first.lengths[1] == [1])
    // 0; 6, 8, 10; 12, 14; 24.
    #expect(abs((dataset.modalities[1].description.mean?[0] ?? 0) - 74.0 / 7) < 1e-6)
    try write([1, 3, 2, 3, 1, 3, 0, 3])
    #expect(
      source.failure([])
        == "SOURCE/mor.length.npy: row 6 has length 0, outside 1...3; correct it, or leave the sample out of the "
        + "table's splits")
    try write([1, 3])
    #expect(
      source.failure([])
        == "SOURCE/mor.length.npy: int64 [2] does not have one length for each of the table's 8 rows; give one "
        + "whole number for each sample")
  }

  @Test func lengthsOfVectorsAreRefused() throws {
    let source = try Source()
    try NPY.write(
      HostArray(int64s: [Int64](repeating: 1, count: 8), shape: [8]),
      to: source.folder.file("source/fac.length.npy"))
    #expect(
      source.failure([])
        == "SOURCE/fac.length.npy: there are lengths of 'fac', which is of kind vector and has no steps; remove "
        + "them, or set kind=sequence or kind=video where it has")
  }

  @Test func classesCanBeNamed() throws {
    let source = try Source()
    let dataset = try source.prepare(["classes=[bad, fair, good]", "only=[fac]"])
    #expect(dataset.description.classes == ["bad", "fair", "good"])
    #expect(
      source.failure(["label=word", "classes=[no, yess]", "only=[fac]"])
        == "SOURCE/meta.csv:3: 'yes' is not one of the 2 classes; did you mean 'yess'?")
    #expect(
      source.failure(["classes=[bad]"])
        == "SOURCE/meta.csv:3: label 1 is not one of the 1 classes, which are numbered from 0 to 0; "
        + "name as many classes as there are, or correct the cell")
  }

  @Test(arguments: [
    (["label=lable"], "SOURCE/meta.csv: has no column 'lable'; did you mean 'label'?"),
    (
      ["table=mata.csv"],
      "SOURCE/mata.csv: cannot open the file: No such file or directory; check the path"
    ),
    (["only=[face]"], "only: there is no modality 'face'; did you mean 'fac'?"),
    (
      ["modalities.fac.kind=vektor"],
      "modalities.fac.kind: 'vektor' is not a kind of modality; did you mean 'vector'?"
    ),
    (
      ["modalities.b.file=both.npz"],
      "modalities.b.key: SOURCE/both.npz holds 2 arrays; choose from first, second"
    ),
    (
      ["modalities.b.file=both.npz", "modalities.b.key=third"],
      "SOURCE/both.npz: holds no array 'third'; choose from 'first', 'second'"
    ),
    (
      ["modalities.b.file=both.npz", "modalities.b.key=first"],
      "SOURCE/both.npz: first: int64 [3] does not have one row for each of the table's 8; "
        + "give an array whose first dimension counts the samples"
    ),
    (
      ["splitValues.train=[traning]", "only=[fac]"],
      "SOURCE/meta.csv: no row of column 'split' is for training; "
        + "it holds 'extra', 'test', 'train', 'valid': name the right one in splitValues.train"
    ),
  ])
  func mistakesAreExplained(sets: [String], problem: String) throws {
    let source = try Source()
    #expect(source.failure(sets) == problem)
  }

  @Test func refusesNumbersThatAreNotFinite() throws {
    let source = try Source()
    try NPY.write(
      HostArray(
        floats: (0..<8).map { $0 == 4 ? .nan : $0 == 6 ? .infinity : Float($0) }, shape: [8, 1]),
      to: source.folder.file("source/fac.npy"))
    #expect(
      source.failure(["only=[fac]"])
        == "SOURCE/fac.npy: row 4 is not finite: 1 of 1 numbers are NaN, and so are 1 more rows; fill such "
        + "numbers in or leave the sample out, or set missingValues to zero, mean, drop or absent; up to N such rows "
        + "are left out with maxCorrupt=N")
    let output = source.folder.file("some")
    try RecipeCatalogue.standard.prepare(
      "arrays", input: source.folder.file("source"), output: output, sets: ["only=[fac]"],
      media: MediaPreparation(maxCorrupt: 2) { _ in throw EquipoiseError(.usage, "no decoder") })
    #expect(try PreparedDataset(folder: output).samples(.train).count == 3)
    #expect(
      try String(contentsOfFile: output + "/corrupt.csv", encoding: .utf8)
        == "row,id,split,problem\n4,,train,fac: 1 of 1 numbers are NaN\n"
        + "6,,test,fac: 1 of 1 numbers are infinite\n")
  }

  @Test func refusesObjectArrays() throws {
    let source = try Source()
    var bytes = Array("\u{93}NUMPY".unicodeScalars.map { UInt8($0.value) }) + [1, 0, 118, 0]
    let header = "{'descr': '|O', 'fortran_order': False, 'shape': (8,), }"
    bytes += Array(header.utf8) + [UInt8](repeating: 32, count: 117 - header.utf8.count) + [10]
    try Data(bytes + [UInt8](repeating: 0, count: 64)).write(
      to: URL(fileURLWithPath: source.folder.file("source/fac.npy")))
    let failure = try #require(source.failure(["only=[fac]"]))
    #expect(failure.hasPrefix("SOURCE/fac.npy: "))
    #expect(failure.contains("object"))
  }

  /// A folder laid out as those of UCI Multiple Features and CMU-MOSI.
  private final class Source {
    let folder: TemporaryFolder
    private(set) var notes: [String] = []

    init() throws {
      folder = try TemporaryFolder()
      try FileManager.default.createDirectory(
        atPath: folder.file("source"), withIntermediateDirectories: false)
      _ = try folder.write(
        """
        row,label,word,split,who,team
        0,0,no,train,a,red
        1,1,yes,train,b,red
        2,0,no,train,c,blue
        3,1,,test,d,blue
        4,1,yes,train,e,blue
        5,0,no,valid,f,blue
        6,1,yes,test,g,red
        7,1,yes,extra,h,blue

        """, to: "source/meta.csv")
      let fac = (0..<8).flatMap { [Float($0), Float(10 * $0)] }
      try NPY.write(HostArray(floats: fac, shape: [8, 2]), to: folder.file("source/fac.npy"))
      let mor = (0..<48).map { Double($0) / 7 }
      try NPY.write(HostArray(mor, shape: [8, 3, 2]), to: folder.file("source/mor.npy"))
      try FileManager.default.copyItem(
        at: try #require(
          Bundle.module.url(forResource: "Goldens/two_arrays", withExtension: "npz")),
        to: URL(fileURLWithPath: folder.file("source/both.npz")))
    }

    func prepare(_ sets: [String]) throws -> PreparedDataset {
      let output = folder.file("out")
      try RecipeCatalogue.standard.prepare(
        "arrays", input: folder.file("source"), output: output, sets: sets
      ) { event in
        if case .note(let text) = event { notes.append(text) }
      }
      return try PreparedDataset(folder: output)
    }

    func failure(_ sets: [String]) -> String? {
      message {
        try RecipeCatalogue.standard.prepare(
          "arrays", input: folder.file("source"), output: folder.file("failed"), sets: sets)
      }?.replacingOccurrences(of: folder.file("source"), with: "SOURCE")
    }
  }
}

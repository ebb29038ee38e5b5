// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseFormats
import Foundation
import Testing

/// Manifests in which some samples have no file of some modality.
struct MissingFilesTests {
  private let tree: RawTree

  init() throws {
    tree = try RawTree()
    var rows = "id,split,label,x,y\n"
    for row in 0..<8 {
      for name in ["x", "y"] {
        try NPY.write(
          HostArray(floats: [Float(row), Float(10 * row)], shape: [2]),
          to: tree.path + "/\(name)\(row).npy")
      }
      // Sample 2 has no x and sample 5 no y; the file that sample 6 names is not there.
      let x = row == 2 ? "" : "x\(row).npy"
      let y = row == 5 ? "NA" : row == 6 ? "gone.npy" : "y\(row).npy"
      rows += "s\(row),\(row < 6 ? "train" : "test"),\(row % 2),\(x),\(y)\n"
    }
    try tree.write(rows, to: "manifest.csv")
  }

  private func present(_ data: PreparedDataset, _ split: Split) throws -> [[Bool]] {
    let samples = try data.samples(split)
    return samples.present.map { $0 ?? Array(repeating: true, count: samples.count) }
  }

  @Test func refusedUnlessSaidOtherwise() throws {
    let problem = try #require(tree.problem("manifest"))
    #expect(problem.contains("column 'x' is empty in 1 of 8 rows"), "\(problem)")
    #expect(problem.contains("missing=absent"), "\(problem)")
  }

  @Test func absentModalities() throws {
    let data = try tree.prepare("manifest", ["missing=absent"])
    #expect(
      try present(data, .train) == [
        [true, true, false, true, true, true], [true, true, true, true, true, false],
      ])
    #expect(try present(data, .test) == [[true, true], [false, true]])
    // The standardisation is over what is there: rows 0, 1, 3, 4 and 5 of x.
    let mean = try #require(data.modalities[0].description.mean)
    #expect(abs(mean[0] - 2.6) < 1e-6)
  }

  /// Files of a kind that is set are not looked at before: there were none to look at.
  @Test func aColumnWithoutFilesIsRefused() throws {
    let rows = (0..<8).map { "s\($0),\($0 < 6 ? "train" : "test"),\($0 % 2),x\($0).npy,\n" }
    try tree.write("id,split,label,x,y\n" + rows.joined(), to: "manifest.csv")
    for kind in [[], ["modalities.y.kind=array"]] {
      let problem = try #require(tree.problem("manifest", ["missing=absent"] + kind))
      #expect(problem.contains("no sample has a file in column 'y'"), "\(problem)")
    }
    let none = try #require(tree.problem("manifest", ["missing=drop"]))
    #expect(none.contains("it lists no samples"), "\(none)")
  }

  @Test func droppedSamples() throws {
    let data = try tree.prepare("manifest", ["missing=drop"])
    #expect(try data.samples(.train).count == 4 && data.samples(.test).count == 1)
    #expect(try data.samples(.train).present.allSatisfy { $0 == nil })
  }
}

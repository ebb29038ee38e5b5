// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import EquipoiseFormats

/// Reads the data sets beside the project, where they are.
@Suite(.enabled(if: RealData.exists, "needs ../shared/data"))
struct RealDataTests {
  @Test(arguments: [("fac", 216), ("fou", 76), ("kar", 64), ("mor", 6), ("pix", 240), ("zer", 47)])
  func multipleFeatures(view: String, width: Int) throws {
    let array = try NPY.read(RealData.folder + "/uci_mfeat/\(view).npy")
    #expect(array.type == .float32 && array.shape == [2000, width])
    #expect(array.floats().allSatisfy { $0.isFinite })
  }

  @Test func sentiment() throws {
    let table = try CSV.read(RealData.folder + "/cmu_mosi/meta.csv")
    #expect(table.rowCount == 2199)
    #expect(try table.integers("label2").reduce(0, +) == 1176)
    let text = try NPY.read(RealData.folder + "/cmu_mosi/text.npy")
    #expect(text.shape == [2199, 100])
  }

  @Test func digits() throws {
    let archive = try NPZ(path: RealData.folder + "/fsdd_mnist/mnist_test.npz")
    let images = try archive.read("images")
    #expect(images.type == .uint8 && images.shape == [10000, 28, 28])
    #expect(try archive.read("labels").count == 10000)
    let wave = try WAV.read(RealData.folder + "/fsdd_mnist/wav/0_george_0.wav")
    #expect(wave.sampleRate == 8000 && wave.channels == 1)
    #expect((1148...18262).contains(wave.samples.count))
  }

  @Test func actions() throws {
    let table = try CSV.read(RealData.folder + "/utd_mhad/meta.csv")
    #expect(table.rowCount == 861)
    let inertial = try NPZ(path: RealData.folder + "/utd_mhad/inertial.npz")
    #expect(try inertial.names.sorted() == table.column("id").sorted())
    for name in inertial.names { #expect(try inertial.read(name).shape.last == 6) }
  }
}

private enum RealData {
  static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("shared/data").path
  static let exists = FileManager.default.fileExists(atPath: folder)
}

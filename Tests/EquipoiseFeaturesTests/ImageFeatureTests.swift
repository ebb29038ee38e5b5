// SPDX-License-Identifier: Apache-2.0
import EquipoiseFormats
import EquipoiseTestSupport
import EquipoiseTorch
import Testing

@testable import EquipoiseData
@testable import EquipoiseKit
@testable import EquipoiseFeatures

/// Against torchvision and PIL, by References/features.py.
@Suite struct ImageFeatureTests {
  private let golden: FeatureGolden

  init() throws { golden = try FeatureGolden() }

  @Test(arguments: [("shrunk", 17, 23), ("grown", 70, 64), ("mixed", 60, 30)])
  func resizing(name: String, height: Int, width: Int) throws {
    let feature = ImageFeature(height: height, width: width, fit: .stretched)
    let result = try feature(try golden.array("image"), of: "image")
    #expect(result.shape == [3, height, width])
    #expect(differences(result, try golden.array("resize/\(name)")).max() == 0)
    // PIL rounds its weights otherwise: one level, in few pixels.
    let beside = differences(result, try golden.array("pil/\(name)"))
    #expect(beside.max() ?? 0 <= 1)
    #expect(beside.reduce(0, +) < beside.count / 20)
  }

  @Test func centre() throws {
    let feature = ImageFeature(height: 24, width: 28, fit: .centred(shorterSide: 31))
    let result = try feature(try golden.array("image"), of: "image")
    #expect(differences(result, try golden.array("centre")).max() == 0)
  }

  @Test func sameSizeChangesNothing() throws {
    let image = try golden.array("image")
    let feature = ImageFeature(height: 45, width: 60, fit: .stretched)
    let planes = Tensor(image).permuted([2, 0, 1]).array(of: UInt8.self)
    #expect(try feature(image, of: "image").withUnsafeBytes(Array.init) == planes)
  }

  @Test func normalising() throws {
    let statistics = ImageStatistics.imageNet
    let image = try golden.array("image")
    let planes = try ImageFeature(height: 45, width: 60, fit: .stretched)(image, of: "image")
    let modality = ModalityDescription(
      kind: .image, shape: planes.shape, type: .uint8, mean: statistics.mean, std: statistics.std)
    let normalize = InputNormalizer(
      [DatasetModality(name: "image", description: modality)], device: .cpu)
    let batch = normalize(
      HostBatch(
        epoch: 0, step: 0, inputs: [planes.reshaped([1] + planes.shape)],
        labels: HostArray(int64s: [0], shape: [1]), indices: [0]))
    let expected = try golden.array("normalised").floats()
    #expect(zip(batch.inputs[0].floats(), expected).allSatisfy { abs($0 - $1) < 1e-5 })
  }

  @Test func badImagesAreRefused() {
    let feature = ImageFeature.imageNet
    #expect(
      message { _ = try feature(HostArray(floats: [0], shape: [1, 1, 1]), of: "a.png") }
        == "a.png: float32 [1, 1, 1] is not an image of bytes; give uint8 rows of columns of channels"
    )
    let long = HostArray(uint8s: [UInt8](repeating: 0, count: 3000), shape: [1000, 1, 3])
    #expect(
      message { _ = try feature(long, of: "a.png") }
        == "a.png: an image of 1000 × 1 pixels is too long to be cropped; leave it out or cut it")
  }

  @Test func randomCropsStayInside() {
    var stream = RandomStream(seed: 3, "crops")
    var areas: [Double] = []
    for _ in 0..<500 {
      let crop = Crop.random(of: (90, 120), &stream)
      #expect(crop.top >= 0 && crop.left >= 0)
      #expect(crop.top + crop.height <= 90 && crop.left + crop.width <= 120)
      areas.append(Double(crop.height * crop.width) / (90 * 120))
    }
    #expect(areas.min() ?? 0 > 0.07 && areas.max() ?? 0 > 0.9)
    // Nothing of allowed proportions fits a line; the middle of it then.
    #expect(
      Crop.random(of: (1, 1000), scale: 1...1, &stream)
        == Crop(top: 0, left: 499, height: 1, width: 1))
  }

  private func differences(_ a: HostArray, _ b: HostArray) -> [Int] {
    a.shape == b.shape ? zip(a.floats(), b.floats()).map { Int(abs($0 - $1)) } : [255]
  }
}

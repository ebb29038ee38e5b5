// SPDX-License-Identifier: Apache-2.0
import Equipoise
import Foundation
import Testing

/// UCF-101's tree: UCF-101/CLASS/v_CLASS_gNN_cNN.avi and ucfTrainTestlist, with flow as images.
struct UCF101RecipeTests {
  private let tree: RawTree
  private static let classes = ["ApplyEyeMakeup", "Archery"]

  init() throws {
    tree = try RawTree()
    var (train, test, index) = ("", "", "")
    for (number, name) in Self.classes.enumerated() {
      index += "\(number + 1) \(name)\r\n"
      for group in ["g01", "g08", "g09"] {
        let clip = "v_\(name)_\(group)_c01"
        try tree.make(
          "UCF-101/\(name)/\(clip).avi",
          "-f lavfi -i testsrc=size=64x48:rate=25:duration=1,hue=h=\(90 * number) -c:v mpeg4")
        for (axis, level) in [("x", 40), ("y", 200)] {
          try tree.make(
            "flow/\(clip)/flow_\(axis)_%05d.jpg",
            "-f lavfi -i color=gray:size=32x24:rate=6:duration=1,geq=lum=\(level):cb=128:cr=128 "
              + "-color_range pc -q:v 1")
        }
        if group == "g01" {
          test += "\(name)/\(clip).avi\n"
        } else {
          train += "\(name)/\(clip).avi \(number + 1)\n"
        }
      }
    }
    try tree.write(index, to: "ucfTrainTestlist/classInd.txt")
    try tree.write(train, to: "ucfTrainTestlist/trainlist01.txt")
    try tree.write(test, to: "ucfTrainTestlist/testlist01.txt")
  }

  @Test func flowImagesIntoTraining() throws {
    let data = try tree.prepare("ucf-101", ["expectCounts=false", "size=32"])
    #expect(data.description.classes == Self.classes)
    #expect(data.description.modalities["flow"]?.shape == [3, 2, 32, 32])
    #expect(data.description.modalities["flow"]?.flow == true)
    #expect(data.description.modalities["rgb"]?.shape == [3, 3, 32, 32])
    #expect(try data.samples(.train).labels == [0, 0, 1, 1])
    #expect(Set(try data.samples(.train).groups ?? []).count == 4)
    #expect(try data.samples(.test).id(of: 0) == "v_ApplyEyeMakeup_g01_c01")
    try tree.train()
  }

  @Test func twoFoldersOfFlow() throws {
    for (axis, target) in [("x", "u"), ("y", "v")] {
      for name in Self.classes {
        for group in ["g01", "g08", "g09"] {
          let clip = "v_\(name)_\(group)_c01"
          for number in 1...6 {
            try tree.copy(
              "flow/\(clip)/flow_\(axis)_0000\(number).jpg",
              to: "tvl1/\(target)/\(clip)/frame00000\(number).jpg")
          }
        }
      }
    }
    let options = ["expectCounts=false", "size=16", "modalities=[flow]"]
    let one = try tree.prepare("ucf-101", to: "one", options)
    let two = try tree.prepare("ucf-101", to: "two", options + ["flowImages=tvl1"])
    let bytes = try [one, two].map {
      try Data(contentsOf: URL(fileURLWithPath: $0.folder + "/train-00000.safetensors"))
    }
    #expect(bytes[0] == bytes[1])
  }

  /// By the program, which may have been built without OpenCV.
  @Test func computedFlow() throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: WorkerTests.program)
    process.arguments =
      ["prepare", "ucf-101", "--input", tree.path, "--out", tree.maker.file("data"), "--quiet"]
      + ["--set", "expectCounts=false", "--set", "size=32", "--set", "flow=computed"]
    let errors = Pipe()
    process.standardError = errors
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    if process.terminationStatus == 0 {
      let data = try PreparedDataset(folder: tree.maker.file("data"))
      #expect(data.description.modalities["flow"]?.shape == [3, 2, 32, 32])
    } else {
      #expect(text.contains("optical flow cannot be computed without OpenCV"))
    }
  }

  @Test func mistakes() throws {
    #expect(
      tree.problem("ucf-101")?.contains("4 samples for train where 9537 are published") == true)
    try FileManager.default.removeItem(
      atPath: tree.path + "/flow/v_Archery_g08_c01/flow_y_00003.jpg")
    #expect(
      tree.problem("ucf-101", ["expectCounts=false"])?.contains(
        "the clip has 6 images of flow across and 5 down") == true)
    try tree.write("Archery/v_Archery_g08_c01.avi 1\n", to: "ucfTrainTestlist/trainlist01.txt")
    #expect(
      tree.problem("ucf-101")?.contains(
        "class 1 is not the number of 'Archery' in classInd.txt, 2") == true)
  }
}

// SPDX-License-Identifier: Apache-2.0
import Equipoise
import Foundation
import Testing

/// Kinetics-Sounds from Kinetics' tree: CLASS/ID_START_END.mp4, with OGM-GE's lists.
struct KineticsSoundsRecipeTests {
  private let tree: RawTree

  init() throws {
    tree = try RawTree()
    try tree.make(
      "train/blowing_nose/id0_000010_000020.mp4",
      "-f lavfi -i testsrc=size=32x24:rate=10:duration=4 -f lavfi -i sine=duration=4 "
        + "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac")
    var list = "id0,10,0\n"
    for label in 1..<31 {
      try tree.copy("train/blowing_nose/id0_000010_000020.mp4", to: "train/\(label)/id\(label).mp4")
      list += "id\(label),10,\(label)\n"
    }
    // A class of two, so that training can carve a validation split.
    try tree.copy("train/1/id1.mp4", to: "train/1/id31.mp4")
    list += "id31,10,1\n"
    try tree.copy("train/1/id1.mp4", to: "test/-a_b-000010_000011_000021.mp4")
    try tree.write(list, to: "KineticSound/my_train.txt")
    try tree.write("-a_b-000010,10,30\n", to: "KineticSound/my_test.txt")
  }

  @Test func listsIntoTraining() throws {
    let data = try tree.prepare("kinetics-sounds", ["expectCounts=false", "size=32"])
    #expect(data.description.classes.count == 31)
    #expect(data.description.classes == data.description.classes.sorted())
    #expect(data.description.modalities["audio"]?.shape == [1, 128, 1024])
    #expect(data.description.modalities["visual"]?.shape == [3, 3, 32, 32])
    #expect(try data.samples(.train).labels == Array(0..<31) + [1])
    #expect(try data.samples(.test).labels == [30])
    try tree.train()
  }

  @Test func mistakes() throws {
    let problem = try #require(tree.problem("kinetics-sounds"))
    #expect(problem.contains("32 samples for train where 14799 are published"))
    #expect(problem.contains("1 samples for test where 2597 are published"))
    try tree.write("id0,10,3\n", to: "KineticSound/my_test.txt")
    #expect(
      tree.problem("kinetics-sounds")?.contains(
        "the list says class 3, 'chopping wood', but the clip is "
          + "train/blowing_nose/id0_000010_000020.mp4") == true)
    try tree.write("id0,10,31\n", to: "KineticSound/my_test.txt")
    #expect(
      tree.problem("kinetics-sounds")?.contains("the line is not 'ID,10,CLASS NUMBER from 0 to 30'")
        == true)
    try FileManager.default.removeItem(atPath: tree.path + "/KineticSound/my_test.txt")
    #expect(
      tree.problem("kinetics-sounds")?.contains("the list 'my_test.txt' is not there") == true)
  }
}

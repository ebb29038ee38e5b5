// SPDX-License-Identifier: Apache-2.0
import EquipoiseData
import Testing

@testable import EquipoisePreparation

/// What names of folders are taken for, and what they are not.
struct FolderWordsTests {
  @Test(arguments: [
    ("train", Split.train), ("Training", .train), ("train_set", .train), ("TRN", .train),
    ("dev", .validation), ("Valid-Data", .validation), ("validation", .validation),
    ("Test Samples", .test), ("testset", .test), ("tst", .test),
  ])
  func splits(name: String, split: Split) {
    #expect(FolderWords.split(name, SplitValues()) == split)
  }

  @Test(arguments: ["trains", "train2", "eval", "contest", "", "set"])
  func noSplits(name: String) { #expect(FolderWords.split(name, SplitValues()) == nil) }

  /// What the user calls a split goes before what others call it.
  @Test func theUsersWordsComeFirst() {
    var values = SplitValues()
    (values.train, values.validation) = (["dev"], ["held 1"])
    #expect(FolderWords.split("dev", values) == .train)
    #expect(FolderWords.split("held 1", values) == .validation)
    #expect(FolderWords.split("training", values) == .train)
  }

  @Test func resembling() {
    for name in ["train_images", "my.dev", "Eval", "holdout-2"] {
      #expect(FolderWords.resemblesSplit(name), "\(name)")
    }
    for name in ["trainer", "contest", "devices"] {
      #expect(!FolderWords.resemblesSplit(name), "\(name)")
    }
  }

  @Test func peopleModalitiesAndTheSystem() {
    for name in ["Actor_03", "s12", "p225", "SUBJECT 7", "42"] {
      #expect(FolderWords.isPerson(name), "\(name)")
    }
    for name in ["actor", "dog1", "s.12", "happy2"] {
      #expect(!FolderWords.isPerson(name), "\(name)")
    }
    #expect(FolderWords.isModality("Optical-Flow") && !FolderWords.isModality("flower"))
    #expect(FolderWords.isOfTheSystem("Thumbs.db") && FolderWords.isOfTheSystem(".git"))
    #expect(!FolderWords.isOfTheSystem("thumbs"))
  }
}

// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import EquipoiseTorch
import Testing

@testable import EquipoiseRecipes

@Suite struct RecipeCatalogueTests {
  @Test func namesAreUniqueAndMatchTheCommandLine() {
    #expect(
      RecipeCatalogue.standard.names == [
        "synthetic", "digits", "arrays", "cmu-mosi", "utd-mhad", "manifest", "crema-d",
        "kinetics-sounds", "ucf-101", "food-101", "hateful-memes", "mm-imdb",
      ])
  }

  @Test(
    arguments: [
      ("sinthetic", nil, [], "there is no recipe 'sinthetic'; did you mean 'synthetic'?"),
      (
        "digits", nil, [],
        "recipe 'digits' reads a folder of source data; name it with input=DIR"
      ),
      (
        "synthetic", nil, ["clases=3"],
        "settings: unknown key 'clases'; did you mean 'classes'?"
      ),
      ("synthetic", nil, ["classes=9"], "settings: classes is 9; expected at least 2 and below 7"),
      (
        "manifest", "x", ["classes=[yes, yes, no]"],
        "settings: classes lists 'yes' twice; list each name once"
      ),
      (
        "arrays", "x", ["classes=[a, '']"], "settings: classes[1] is empty; give it a name"
      ),
      (
        "arrays", "x", ["only=[]"],
        "settings: only lists nothing; name at least one, or leave it out"
      ),
      (
        "manifest", "x", ["splitValues.test=[test, train]"],
        "settings: splitValues.test lists 'train' as train does; list each word once"
      ),
      (
        "synthetic", nil, ["train=4611686018427387904"],
        "settings: train is 4611686018427387904; expected at most 1000000000"
      ),
      ("synthetic", nil, ["train=many"], "settings: train is 'many'; expected an integer"),
      (
        "digits", "x", ["split=speker"],
        "settings: split is 'speker'; did you mean 'speaker'?"
      ),
      ("digits", "x", ["pcaEnergy=1.5"], "settings: pcaEnergy is 1.5; expected at most 1"),
      (
        "utd-mhad", "x", ["modalities=[dept]"],
        "settings: modalities[0] is 'dept'; did you mean 'depth'?"
      ),
      (
        "arrays", "x", ["preset=mosi"],
        "settings: preset is 'mosi'; choose from "
          + "'cmu-mosi-2', 'cmu-mosi-7', 'none', 'uci-mfeat'"
      ),
      (
        "mm-imdb", "x", ["modalities=[txt]"],
        "settings: modalities[0] is 'txt'; did you mean 'text'?"
      ),
      ("food-101", "x", ["test=sen"], "settings: test is 'sen'; did you mean 'seen'?"),
      ("hateful-memes", "x", ["maxLength=0"], "settings: maxLength is 0; expected at least 1"),
      (
        "arrays", "/nowhere", [],
        "/nowhere/meta.csv: cannot open the file: No such file or directory; check the path"
      ),
    ] as [(String, String?, [String], String)])
  func mistakesAreExplained(
    name: String, input: String?, sets: [String], problem: String
  ) throws {
    let folder = try TemporaryFolder()
    #expect(
      message {
        try RecipeCatalogue.standard.prepare(
          name, input: input, output: folder.file("out"), sets: sets)
      } == problem)
  }
}

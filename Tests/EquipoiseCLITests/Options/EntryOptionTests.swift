// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import EquipoiseCLI

struct EntryOptionTests {
  @Test func entries() throws {
    let short = try #require(
      EntryOption(argument: "x=aim,method.a=1,modalities=[audio, b],c={d: 1, e: 2}"))
    #expect(short.name == "x" && short.method == "aim" && short.file == nil)
    #expect(short.sets == ["method.a=1", "modalities=[audio, b]", "c={d: 1, e: 2}"])
    let file = try #require(EntryOption(argument: "x=a.yaml,epochs=3"))
    #expect(file.file == "a.yaml" && file.method == nil && file.sets == ["epochs=3"])
    for text in ["x", "=aim", "x="] { #expect(EntryOption(argument: text) == nil) }
  }
}

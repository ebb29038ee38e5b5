// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseTestSupport
import Foundation
import Testing

@testable import EquipoiseDisplay

/// `equipoise methods`, and the pages of docs/methods.
struct MethodsCommandTests {
  private struct Card: Decodable {
    struct Modalities: Decodable {
      let least: Int
      let most: Int?
    }
    let name: String
    let modalities: Modalities
    let tasks: [String]
    let fusions: [String]
    let cost: Double
    let citation: String?
  }

  private func cards(_ arguments: [String]) throws -> [Card] {
    let outcome = try CommandLineTool.run(["methods", "--format", "json"] + arguments)
    #expect(outcome.status == 0, "\(outcome.errors)")
    return try JSONDecoder().decode([Card].self, from: Data(outcome.output.utf8))
  }

  @Test func listsEveryMethod() throws {
    let cards = try cards([])
    #expect(cards.map(\.name) == MethodCatalogue.standard.names)
    let agm = try #require(cards.first { $0.name == "agm" })
    #expect(agm.modalities.least == 2 && agm.cost == 3 && agm.tasks.count == 3)
    #expect(agm.citation?.contains("ICCV 2023") == true)
    let cml = try #require(cards.first { $0.name == "cml" })
    #expect(Set(cml.fusions) == ["concat", "sum", "shared", "cosine", "boosted"])
    #expect(!cml.tasks.contains("regression"))
    #expect(cards.first { $0.name == "mmcosine" }?.fusions == ["cosine"])
    #expect(cards.first { $0.name == "unimodal" }?.modalities.most == 1)
  }

  @Test func filters() throws {
    let names = try cards(["--modalities", "1"]).map(\.name)
    #expect(names.contains("unimodal") && names.contains("dgl") && !names.contains("agm"))
    #expect(try !cards(["--task", "regression"]).contains { $0.name == "pmr" })
    #expect(try !cards(["--fusion", "film"]).contains { $0.name == "cml" })
    #expect(try cards(["--cost", "1.5"]).allSatisfy { $0.cost <= 1.5 })
    let text = try CommandLineTool.run(["methods", "--fusion", "shared"])
    #expect(text.output.contains("mla") && !text.output.contains("mmcosine"))
  }

  @Test func refusals() throws {
    let cases = [
      (["methods", "aimm"], "there is no method 'aimm'"),
      (["methods", "--task", "classify"], "there is no task 'classify'"),
      (["methods", "--fusion", "concatenate"], "there is no fusion 'concatenate'"),
      (["methods", "--modalities", "0"], "--modalities takes a number from 1"),
    ]
    for (arguments, sentence) in cases {
      let outcome = try CommandLineTool.run(arguments)
      #expect(outcome.status != 0 && outcome.errors.contains(sentence), "\(outcome.errors)")
    }
  }

  /// Every method with a page has a file with what the command shows, and there are no others.
  @Test func pagesAreWhatTheCommandShows() throws {
    let costs = MethodCosts()
    let described = MethodCatalogue.standard.methods.filter { $0 is any DescribedMethod.Type }
    let folder = Document.path("docs/methods")
    for method in described {
      let text = try MethodPageText(method, cost: costs.relative(method.name)).text
      let file = try? String(contentsOfFile: "\(folder)/\(method.name).md", encoding: .utf8)
      #expect(file == text, "equipoise methods \(method.name) > docs/methods/\(method.name).md")
    }
    let files = try FileManager.default.contentsOfDirectory(atPath: folder)
    #expect(files.sorted() == described.map { $0.name + ".md" }.sorted())
  }

  @Test func aPageHasAllItsParts() throws {
    let outcome = try CommandLineTool.run(["methods", "dgl"])
    let titles = outcome.output.matches(of: /(?m)^## (.+)$/).map { String($0.1) }
    #expect(
      titles == [
        "When to use it", "Equations", "Settings", "What it takes", "Published numbers",
        "Measured here", "Released code", "BibTeX",
      ])
    #expect(outcome.output.contains("alpha: 4.0") && outcome.output.contains("@inproceedings"))
  }
}

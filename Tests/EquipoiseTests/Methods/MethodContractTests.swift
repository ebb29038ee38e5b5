import Formats
import Testing

@testable import Equipoise

/// What holds for every method, with one to three modalities and every head: it trains and resumes
/// in the middle of an epoch to the bit, or refuses the model with a reason.
struct MethodContractTests {
  /// A head, and whether MMTM modules join the encoders.
  private struct Head: CustomStringConvertible {
    let fusion: FusionKind
    let isCoupled: Bool

    static let all =
      FusionKind.allCases.map { Head(fusion: $0, isCoupled: false) }
      + [Head(fusion: .sum, isCoupled: true)]

    var description: String { isCoupled ? "\(fusion.rawValue) with MMTM" : fusion.rawValue }
  }

  @Test(arguments: MethodFit.names, 1...3)
  func resumesOrRefuses(method: String, modalities: Int) throws {
    // Of one modality the head is the same, whatever it is called.
    for head in modalities == 1 ? Array(Head.all.prefix(1)) : Head.all {
      let tiny = try Self.tiny(method, modalities, head)
      let isTaken = MethodFit.takes(
        method, modalities: modalities, fusion: head.fusion, isCoupled: head.isCoupled)
      try isTaken ? Self.expectResume(tiny, head) : Self.expectRefusal(tiny, head)
    }
  }

  private static func expectRefusal(_ tiny: TinyRun, _ head: Head) throws {
    let refusal = #expect(throws: EquipoiseError.self, "\(head)") { _ = try tiny.run("run") }
    #expect(refusal?.kind == .configuration, "\(head)")
    #expect(refusal?.what.isEmpty == false && refusal?.place != nil && refusal?.remedy != nil)
  }

  private static func expectResume(_ tiny: TinyRun, _ head: Head) throws {
    try tiny.train("whole")
    try tiny.train("broken", maxSteps: 2)
    try tiny.train("broken", resume: .auto)
    #expect(
      try tiny.bytes("broken/weights.safetensors") == tiny.bytes("whole/weights.safetensors"),
      "\(head)")
    #expect(try tiny.records("broken") == tiny.records("whole"), "\(head)")
  }

  /// One epoch on images and sequences, with encoders of equal depth and width.
  private static func tiny(_ method: String, _ modalities: Int, _ head: Head) throws -> TinyRun {
    let kinds: [(name: String, description: ModalityDescription)] = [
      ("image", ModalityDescription(kind: .image, shape: [1, 6, 6], type: .float32)),
      ("text", ModalityDescription(kind: .sequence, shape: [3, 4], type: .float32)),
      ("view", ModalityDescription(kind: .image, shape: [2, 5, 5], type: .float32)),
    ]
    let present = kinds.prefix(modalities)
    let tiny = try TinyRun(
      Dictionary(uniqueKeysWithValues: present.map { ($0.name, $0.description) }))
    tiny.configuration.training.epochs = 1
    for (name, description) in present {
      var encoder = EncoderConfiguration()
      if description.kind == .sequence {
        (encoder.type, encoder.width, encoder.depth) = (.transformer, 8, 4)
        (encoder.heads, encoder.hidden, encoder.dropout) = (2, 8, 0.2)
      } else {
        (encoder.type, encoder.width, encoder.smallImageStem) = (.resnet18, 1, true)
      }
      tiny.configuration.model.encoders[name] = encoder
    }
    tiny.configuration.model.fusion = head.fusion
    tiny.configuration.model.mmtm = head.isCoupled
    tiny.configuration.method = try MethodFit.eager(method)
    return tiny
  }
}

// SPDX-License-Identifier: Apache-2.0
import EquipoiseKit
import EquipoiseSettings
import EquipoiseTestSupport
import EquipoiseTorch
import Foundation
import Testing

@testable import EquipoiseData
@testable import EquipoiseMethods
@testable import EquipoiseModels

struct UMTTests {
  private static func method(
    _ setting: MethodSetting, _ change: (inout UMT.Configuration) -> Void
  ) throws -> UMT {
    var configuration = UMT.Configuration()
    change(&configuration)
    return try UMT(configuration, for: setting)
  }

  @Test func distanceByHand() {
    let features = Tensor([1, 2, 3, 4.0], shape: [2, 2]).asLeaf()
    let loss = UMT.distance(features, Tensor([1, 0, 2, 4.0], shape: [2, 2])) * 10
    expectNumbers(loss, [12.5])
    expectNumbers(gradients(of: [loss], withRespectTo: [features])[0], [0, 10, 5, 0])
  }

  /// Teachers trained on the epoch's batches, once and twice.
  @Test func steps() throws {
    try BalancedSteps.check("umt", 2, .concatenation) {
      try Self.method($0) { $0.teacherEpochs = 1 }
    }
    try BalancedSteps.check("umt_film", 3, .film) {
      try Self.method($0) { ($0.lambda, $0.teacherEpochs) = (0.5, 2) }
    }
  }

  /// A pass of a teacher leaves the encoder as it was.
  @Test func aTeacherGivesBackWhatItBorrows() throws {
    let golden = try StepGolden("balanced_steps", "umt", fusion: .concatenation)
    let frozen = FrozenEncoder(golden.model, 0)
    let input = try golden.context(0).batch.ragged[0]
    let expected = frozen.features(of: input, in: golden.model)
    for (_, parameter) in golden.model.namedParameters {
      parameter.assign(parameter.leaf.detached() * 2)
    }
    for (_, buffer) in golden.model.namedBuffers where buffer.value.dtype.isFloatingPoint {
      buffer.assign(buffer.value * 3)
    }
    let before = golden.model.state.map { $0.tensor.cloned() }
    let found = try #require(frozen.features(of: input, in: golden.model))
    #expect(isEqual(found, try #require(expected)))
    #expect(zip(before, golden.model.state.map(\.tensor)).allSatisfy(isEqual))
  }

  /// Runs of single modalities: their encoders by name, others refused.
  @Test func teachersOfFinishedRuns() throws {
    let golden = try StepGolden("balanced_steps", "umt", fusion: .concatenation)
    let folder = try TemporaryFolder()
    for run in ["one", "other"] {
      try FileManager.default.createDirectory(
        atPath: folder.file(run), withIntermediateDirectories: false)
    }
    try golden.model.save(to: folder.file("one/best.safetensors"))
    func method(_ teachers: [String]) throws -> UMT {
      try Self.method(golden.setting) { $0.teachers = teachers.map { folder.file($0) } }
    }
    let read = try method(["one"])
    #expect(read.ownParameters.isEmpty)
    #expect(read.teachers.allSatisfy { $0?.digest?.count == 32 })
    let state = Dictionary(uniqueKeysWithValues: read.state.map { ($0.name, $0.tensor) })
    #expect(state.keys.sorted() == ["audio.digest", "text.digest"])
    try read.restore(state)
    var others = state
    others["text.digest"] = state["text.digest"].map { $0 + Tensor(1) }
    #expect(
      message { try read.restore(others) }?.contains("the teacher of 'text' are others") == true)
    #expect(
      message { _ = try method(["one", "one"]) }?.contains("two runs have an encoder") == true)
    #expect(message { _ = try method(["other"]) }?.contains("no best weights") == true)
    try golden.model.fusion.save(to: folder.file("other/best.safetensors"))
    #expect(
      message { _ = try method(["other"]) }?.contains("has no encoder of audio, text") == true)
    let wide = try HandModel().setting
    let small = try Self.method(wide) { $0.lambda = 0 }
    #expect(small.ownParameters.isEmpty && small.state.isEmpty)
  }
}

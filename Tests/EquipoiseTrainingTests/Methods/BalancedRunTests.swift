// SPDX-License-Identifier: Apache-2.0
import EquipoiseKit
import EquipoiseRunTestSupport
import EquipoiseTestSupport
import EquipoiseTorch
import EquipoiseTraining
import Foundation
import Testing

@testable import EquipoiseMethods
@testable import EquipoiseModels
@testable import EquipoiseSettings

/// Whole runs with methods that change losses, gradients and features of joint training: what makes them joint training,
/// that they do something otherwise, and that they resume.
struct BalancedRunTests {
  @Test func mlb() throws {
    var settings = MLB.Configuration()
    try MethodRuns.expectEffect(of: MLB.self, settings, fusion: .gated)
    try MethodRuns.expectResume(of: MLB.self, settings, after: [2, 7])
    (settings.weight, settings.alpha) = (0, 0)
    try MethodRuns.expectJoint(of: MLB.self, settings, fusion: .film)
  }

  @Test func cggm() throws {
    var settings = CGGM.Configuration()
    settings.lambda = 0.1
    try MethodRuns.expectEffect(of: CGGM.self, settings)
    try MethodRuns.expectResume(of: CGGM.self, settings)
    (settings.modulates, settings.lambda) = (false, 0)
    try MethodRuns.expectJoint(of: CGGM.self, settings)
  }

  @Test func infoReg() throws {
    var settings = InfoReg.Configuration()
    try MethodRuns.expectEffect(of: InfoReg.self, settings)
    try MethodRuns.expectResume(of: InfoReg.self, settings)
    (settings.beta, settings.weight) = (0, 0)
    try MethodRuns.expectJoint(of: InfoReg.self, settings)
  }

  /// By its epochs the window may be closed: then only the losses are there.
  @Test func infoRegOutsideItsWindow() throws {
    var settings = InfoReg.Configuration()
    (settings.criterion, settings.window) = (.epochs, EpochWindow(first: 9, last: 9))
    let tiny = try TinyRun()
    tiny.configuration.method = MethodSection(InfoReg.self, settings)
    try tiny.train("method")
    tiny.configuration.method = MethodSection(UnimodalLosses.self)
    try tiny.train("losses")
    #expect(
      try tiny.bytes("method/weights.safetensors") == tiny.bytes("losses/weights.safetensors"))
  }

  @Test func amco() throws {
    var settings = AMCo.Configuration()
    try MethodRuns.expectEffect(of: AMCo.self, settings)
    try MethodRuns.expectResume(of: AMCo.self, settings, after: [2, 7])
    (settings.largestShare, settings.weight) = (0, 0)
    try MethodRuns.expectJoint(of: AMCo.self, settings)
  }

  @Test func cml() throws {
    var settings = CML.Configuration()
    try MethodRuns.expectEffect(of: CML.self, settings)
    try MethodRuns.expectResume(of: CML.self, settings, after: [2, 7])
    (settings.lambda, settings.subsets) = (0, false)
    try MethodRuns.expectJoint(of: CML.self, settings)
  }

  @Test func mbsd() throws {
    var settings = MBSD.Configuration()
    try MethodRuns.expectEffect(of: MBSD.self, settings)
    try MethodRuns.expectResume(of: MBSD.self, settings, after: [2])
    (settings.weight, settings.logitWeight, settings.divergenceWeight) = (0, 0, 0)
    try MethodRuns.expectJoint(of: MBSD.self, settings)
  }

  @Test func mcr() throws {
    var settings = MCR.Configuration()
    (settings.contrastWeight, settings.bottleneckWeight) = (0, 0.1)
    try MethodRuns.expectEffect(of: MCR.self, settings)
    try MethodRuns.expectResume(of: MCR.self, settings, after: [2, 7])
    (settings.gameWeight, settings.weight, settings.bottleneckWeight) = (0, 0, 0)
    try MethodRuns.expectJoint(of: MCR.self, settings)
  }

  /// A contrast compares features of one width.
  @Test func mcrRefusesSeveralWidths() throws {
    let tiny = try TinyRun()
    tiny.configuration.method = MethodSection(MCR.self)
    let text = message { _ = try tiny.run("refused") }
    #expect(
      text?.contains("image 16, vector 8") == true && text?.contains("contrastWeight") == true)
  }

  @Test func lfm() throws {
    var settings = LFM.Configuration()
    try MethodRuns.expectEffect(of: LFM.self, settings)
    try MethodRuns.expectResume(of: LFM.self, settings, after: [2, 7])
    (settings.schedule, settings.alignment) = (.fixed, 0)
    (settings.factor, settings.average) = (1, false)
    try MethodRuns.expectJoint(of: LFM.self, settings)
  }

  /// Nothing is disentangled from one modality: DGL is its unimodal training.
  @Test func dglOfOneModality() throws {
    var settings = DGL.Configuration()
    settings.alpha = 1
    let tiny = try TinyRun()
    tiny.configuration.modalities = ["vector"]
    tiny.configuration.model.encoders["image"] = nil
    tiny.configuration.augmentation = NamedSections()
    tiny.configuration.method = MethodSection(DGL.self, settings)
    try tiny.train("method")
    tiny.configuration.method = MethodSection(Unimodal.self)
    try tiny.train("unimodal")
    #expect(
      try tiny.bytes("method/weights.safetensors") == tiny.bytes("unimodal/weights.safetensors"))
  }

  @Test func dgl() throws {
    try MethodRuns.expectEffect(of: DGL.self, DGL.Configuration())
    try MethodRuns.expectResume(of: DGL.self, DGL.Configuration(), after: [2, 7], fusion: .gated)
  }

  @Test func smv() throws {
    var settings = SMV.Configuration()
    settings.warmupEpochs = 1
    try MethodRuns.expectEffect(of: SMV.self, settings)
    try MethodRuns.expectResume(of: SMV.self, settings)
    settings.level = .modality
    settings.share = 0.5
    try MethodRuns.expectResume(of: SMV.self, settings, after: [7])
    settings.warmupEpochs = 3
    try MethodRuns.expectJoint(of: SMV.self, settings)
  }

  @Test func umt() throws {
    var settings = UMT.Configuration()
    // At the tiny run's learning rate larger weights diverge.
    (settings.teacherEpochs, settings.lambda) = (1, 0.01)
    try MethodRuns.expectEffect(of: UMT.self, settings)
    try MethodRuns.expectResume(of: UMT.self, settings)
    settings.lambda = 0
    try MethodRuns.expectJoint(of: UMT.self, settings)
  }

  /// Finished runs of single modalities as teachers: read, and continued with.
  @Test func umtOfFinishedRuns() throws {
    let tiny = try TinyRun()
    let whole = tiny.configuration
    for (name, other) in [("image", "vector"), ("vector", "image")] {
      tiny.configuration.modalities = [name]
      tiny.configuration.method = MethodSection(Unimodal.self)
      tiny.configuration.model.encoders[other] = nil
      if other == "image" { tiny.configuration.augmentation = NamedSections() }
      try tiny.train("alone-\(name)")
      tiny.configuration = whole
    }
    var settings = UMT.Configuration()
    settings.teachers = ["image", "vector"].map { tiny.folder.file("alone-\($0)") }
    tiny.configuration.method = MethodSection(UMT.self, settings)
    try expectResumption(of: tiny, after: 6)
    try Data(#"{"dataset": "another"}"#.utf8).write(
      to: URL(fileURLWithPath: settings.teachers[0] + "/environment.json"))
    let text = message { _ = try tiny.run("refused") }
    #expect(text?.contains("this run was trained on another dataset") == true)
  }

  @Test func reconBoost() throws {
    var settings = ReconBoost.Configuration()
    (settings.boostingEpochs, settings.rectificationEpochs) = (1, 1)
    try MethodRuns.expectEffect(of: ReconBoost.self, settings, fusion: .sum)
    try MethodRuns.expectResume(of: ReconBoost.self, settings, fusion: .sum)
    settings.boostingEpochs = 0
    try MethodRuns.expectJoint(of: ReconBoost.self, settings, fusion: .sum)
  }

  @Test func aug() throws {
    var settings = AUG.Configuration()
    settings.interval = 1
    let fusion = FusionSection(BoostedFusion.Configuration())
    try MethodRuns.expectEffect(of: AUG.self, settings, fusion: fusion)
    try MethodRuns.expectResume(of: AUG.self, settings, fusion: fusion)
  }

  /// What has grown is in the file of weights, for evaluation.
  @Test func augsLayersAreInTheWeights() throws {
    var settings = AUG.Configuration()
    (settings.interval, settings.margin) = (1, 0)
    let tiny = try TinyRun()
    tiny.configuration.model.fusion = FusionSection(BoostedFusion.Configuration())
    tiny.configuration.method = MethodSection(AUG.self, settings)
    try tiny.train("run")
    let file = try TensorFile(path: tiny.folder.file("run/weights.safetensors"))
    #expect(try file.tensor("fusion.active").sum().item() >= 1)
  }

  @Test(
    arguments: [
      MLB.self, CGGM.self, InfoReg.self, AMCo.self, CML.self, MBSD.self, MCR.self, LFM.self,
      SMV.self, UMT.self, ReconBoost.self, AUG.self,
    ] as [any BalancingMethod.Type])
  func oneModalityIsRefused(type: any BalancingMethod.Type) throws {
    #expect(try Self.refusal(type)?.contains("balances modalities and needs two or more") == true)
  }

  private static func refusal<Method: BalancingMethod>(_: Method.Type) throws -> String? {
    try MethodRuns.refusalOfOneModality(Method.self)
  }
}

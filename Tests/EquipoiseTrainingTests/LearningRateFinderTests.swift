// SPDX-License-Identifier: Apache-2.0
import EquipoiseRunTestSupport
import EquipoiseTestSupport
import EquipoiseTorch
import Foundation
import Testing

@testable import EquipoiseKit
@testable import EquipoiseMethods
@testable import EquipoiseModels
@testable import EquipoiseSettings
@testable import EquipoiseTraining

struct LearningRateFinderTests {
  /// A loss that falls ever faster and then rises: numpy 2.4.6 gives these averages, and the least of
  /// `np.gradient(average[10:-1])` at the step 19.
  @Test func suggestsWhereTheAveragedLossFallsFastest() {
    var curve = LearningRateCurve()
    for step in 0..<30 {
      let loss = step < 20 ? 2.3 - 0.001 * Double(step * step) : 1.9 + 0.3 * Double(step - 20)
      let goesOn = curve.add(rate: Double(step), loss: loss)
      #expect(goesOn)
    }
    for (step, average) in [(0, 2.3), (5, 2.29053752), (29, 2.62094537)] {
      #expect(abs(curve.points[step].smoothed - average) < 5e-9)
    }
    #expect(curve.suggestion == 19)
  }

  @Test func tooFewStepsSuggestNothing() {
    var curve = LearningRateCurve()
    for step in 0..<12 { _ = curve.add(rate: Double(step), loss: 1) }
    #expect(curve.suggestion == nil)
    _ = curve.add(rate: 12, loss: 0.5)
    #expect(curve.suggestion != nil)
  }

  @Test func endsWhereTheLossLeavesItsRange() {
    var curve = LearningRateCurve()
    let first = [curve.add(rate: 1, loss: 1), curve.add(rate: 2, loss: 1)]
    let (broken, count) = (curve.add(rate: 3, loss: .nan), curve.points.count)
    let last = [curve.add(rate: 3, loss: 5), curve.add(rate: 4, loss: 1000)]
    #expect(first == [true, true] && !broken && count == 2)
    #expect(last == [true, false] && curve.points.count == 4)
  }

  private func numbers(_ parts: RunParts) -> [String: [Double]] {
    Dictionary(
      uniqueKeysWithValues: parts.state.map { ($0.name, $0.tensor.array(of: Double.self)) })
  }

  private func expectNothingChanged<Method: BalancingMethod>(_ method: Method.Type) throws {
    let tiny = try TinyRun()
    tiny.configuration.method = MethodSection(method)
    tiny.configuration.training.epochs = 2
    try tiny.train("without")
    let run = try tiny.run("with")
    let before = numbers(run.parts)
    let curve = try #require(try LearningRateFinder().curve(of: tiny.configuration))
    #expect(numbers(run.parts) == before)
    try curve.write(in: run.folder)
    _ = try run.train()
    for file in ["weights", "best"] {
      #expect(
        try tiny.bytes("with/\(file).safetensors") == tiny.bytes("without/\(file).safetensors"))
    }
    #expect(try tiny.records("with") == tiny.records("without"))
    #expect(try LearningRateCurve.read(in: run.folder)?.points == curve.points)
  }

  /// Weights, statistics, optimiser, method and random streams are what they would be without it.
  @Test func leavesNoTrace() throws {
    try expectNothingChanged(Joint.self)
    try expectNothingChanged(PMR.self)
  }

  @Test func theRampRisesAndTheLossLeavesItsRange() throws {
    let tiny = try TinyRun()
    let curve = try #require(try LearningRateFinder().curve(of: tiny.configuration))
    let rates = curve.points.map(\.rate)
    #expect(rates[0] == 1e-7 && rates.count > 20)
    // Powers of 10 in equal steps: 8 of them over 99 intervals.
    for (before, after) in zip(rates, rates.dropFirst()) {
      #expect(abs(log10(after / before) - 8.0 / 99) < 1e-12)
    }
    // Repeated, it is the same curve.
    #expect(try LearningRateFinder().curve(of: tiny.configuration)?.points == curve.points)
    #expect(try #require(curve.suggestion) >= rates[10])
  }

  @Test func aSignalStopsIt() throws {
    let tiny = try TinyRun()
    #expect(try LearningRateFinder().curve(of: tiny.configuration, stopSignal: { 15 }) == nil)
  }

  @Test func damagedFilesAreNamed() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write("{", to: "learning-rate.json")
    let text = message { _ = try LearningRateCurve.read(in: RunFolder(folder.path)) }
    #expect(text?.contains("the file is not a curve of learning rates; remove it") == true)
  }
}

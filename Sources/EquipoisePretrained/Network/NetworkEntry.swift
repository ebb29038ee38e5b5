// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import EquipoiseModels
import EquipoiseTorch

/// What stands in front of a network's layers: from raw input to positions of features.
protocol NetworkEntry: AnyObject {
  /// Its parameters, by the names of the reference's files.
  var parts: Parts { get }

  /// What the first block is given; `steps` say which rows or positions are the samples' own.
  func prepare(_ input: Tensor, _ steps: StepLayout?) -> Tensor

  /// [rows, L, width], as the first layer takes it.
  func callAsFunction(_ x: Tensor, _ mode: ForwardMode, _ steps: StepLayout?) -> Tensor

  /// Where the steps of the first block's input are.
  func steps(of lengths: StepLengths) -> StepLayout

  /// Where they are behind the entry.
  func steps(behind steps: StepLayout) -> StepLayout

  /// What is added to the scores of all layers, whichever samples are given; `x` is what the entry put out.
  func context(_ x: Tensor) -> ScoreContext

  /// Throws `EquipoiseError` for samples that the network does not take.
  func validate(shape: [Int], of modality: String) throws

  /// Makes tensors of the trained network fit this one.
  func adapt(_ tensors: inout [String: Tensor])
}

extension NetworkEntry {
  func prepare(_ input: Tensor, _ steps: StepLayout?) -> Tensor { input }
  func steps(of lengths: StepLengths) -> StepLayout { .positions(lengths, axis: 1) }
  func steps(behind steps: StepLayout) -> StepLayout { steps }
  func context(_ x: Tensor) -> ScoreContext { ScoreContext() }
  func adapt(_ tensors: inout [String: Tensor]) {}
}

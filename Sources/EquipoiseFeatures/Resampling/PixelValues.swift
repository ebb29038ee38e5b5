// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
package import EquipoiseFormats

/// Numbers from 0 to 1 as pixels.
package enum PixelValues {
  /// An array of the given type and shape: uint8 rounds 0…1 to 0…255, float32 keeps the numbers.
  package static func array(_ values: [Float], type: ElementType, shape: [Int]) -> HostArray {
    guard type == .uint8 else { return HostArray(floats: values, shape: shape) }
    return HostArray(
      uint8s: values.map { UInt8(min(255, max(0, ($0 * 255).rounded()))) }, shape: shape)
  }
}

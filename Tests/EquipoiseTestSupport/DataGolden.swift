// SPDX-License-Identifier: Apache-2.0
package import EquipoiseFormats
import Foundation
import Testing

/// The tensors that References/data.py has written.
package struct DataGolden {
  private let file: SafetensorsFile

  package init() throws {
    let url = Bundle.module.url(forResource: "Goldens/data", withExtension: "safetensors")
    file = try SafetensorsFile(path: try #require(url).path)
  }

  package func array(_ name: String) throws -> HostArray { try file.array(name) }
}

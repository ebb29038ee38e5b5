// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// One `--input`: `MODALITY=FILE`.
struct InputOption: ExpressibleByArgument {
  let modality: String
  let path: String

  init?(argument: String) {
    guard let equals = argument.firstIndex(of: "=") else { return nil }
    modality = String(argument[..<equals])
    path = String(argument[argument.index(after: equals)...])
    guard !modality.isEmpty, !path.isEmpty else { return nil }
  }
}

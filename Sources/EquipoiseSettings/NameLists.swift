// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

extension ConfigPath {
  /// Throws unless `names`, the property `key` of the section at this path, is nil or lists names that
  /// are not empty and differ from each other.
  package func check(_ key: String, namesOf names: [String]?) throws {
    guard let names else { return }
    let place = appending(key)
    guard !names.isEmpty else {
      throw ConfigIssue(
        at: place, "\(place) lists nothing", fix: "name at least one, or leave it out")
    }
    var seen: Set<String> = []
    for (index, name) in names.enumerated() {
      guard !name.isEmpty else {
        throw ConfigIssue(
          at: place, "\(place.appending(index: index)) is empty", fix: "give it a name")
      }
      guard seen.insert(name).inserted else {
        throw ConfigIssue(at: place, "\(place) lists '\(name)' twice", fix: "list each name once")
      }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseModels

/// What each modality contributes to a sample: ``SMV``'s Shapley values of v(S) = |S| times how right S is.
///
/// ```
/// φ_m = Σ_{S ∌ m} |S|! (M − |S| − 1)!/M! (v(S ∪ m) − v(S)),   Σ_m φ_m = v(all)
/// ```
struct SampleValues {
  /// Sets double with each modality.
  static let mostModalities = 6

  /// The sets that are not empty, a bit for each modality.
  let sets: [Int]
  private let modalities: Int

  init(modalities: Int) {
    self.modalities = modalities
    sets = Array(1..<(1 << modalities))
  }

  /// Checks that the sets are few enough.
  static func check(_ setting: MethodSetting) throws {
    let count = setting.model.modalities.count
    guard count > mostModalities else { return }
    throw EquipoiseError(
      .configuration, "SMV values every set of modalities, and \(count) have too many",
      at: "method.name", fix: "name at most \(mostModalities) in 'modalities'")
  }

  /// φ of each sample and modality.
  ///
  /// - Parameters:
  ///   - rightness: how right each sample is with each of ``sets``, from 0 to 1.
  ///   - present: the modalities that each sample has; the values are of the game of those, and 0 of others.
  /// - Returns: a list for each sample.
  func values(_ rightness: [[Double]], sets present: [Int]) -> [[Double]] {
    present.enumerated().map { row, players in
      func worth(_ set: Int) -> Double {
        set == 0 ? 0 : Double(set.nonzeroBitCount) * rightness[set - 1][row]
      }
      return (0..<modalities).map { modality in
        let bit = 1 << modality
        guard players & bit != 0 else { return 0 }
        let count = players.nonzeroBitCount
        return ([0] + sets).reduce(0) { sum, set in
          guard set & bit == 0, set & ~players == 0 else { return sum }
          return sum + Self.share(set.nonzeroBitCount, of: count)
            * (worth(set | bit) - worth(set))
        }
      }
    }
  }

  /// |S|! (M − |S| − 1)! / M!
  private static func share(_ size: Int, of count: Int) -> Double {
    func factorial(_ number: Int) -> Double {
      number < 2 ? 1 : (2...number).reduce(1) { $0 * Double($1) }
    }
    return factorial(size) * factorial(count - size - 1) / factorial(count)
  }
}

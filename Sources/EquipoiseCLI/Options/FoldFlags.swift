// SPDX-License-Identifier: Apache-2.0

/// The flags of cross-validation as the settings that they stand for.
enum FoldFlags {
  static func sets(folds: Int?, leaveGroupOut: Bool) -> [String] {
    (folds.map { ["evaluation.folds=\($0)"] } ?? [])
      + (leaveGroupOut ? ["evaluation.leaveGroupOut=true"] : [])
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// What `data scan` finds in raw data.
public struct ScanReport: Codable, Equatable, Sendable {
  /// A fault of the data.
  public struct Finding: Codable, Hashable, Sendable {
    /// What kind of fault.
    public enum Kind: String, CaseIterable, Codable, Sendable {
      /// A line, name or folder that the list cannot be made of.
      case list
      /// A file that a list names is not there.
      case missing
      /// A file of no bytes.
      case empty
      /// A file that cannot be decoded or used.
      case corrupt
      /// A file of which a part is lost.
      case damaged
      /// A file that can be used, though what is in it is hardly meant: channels that cancel, samples that
      /// are clipped, the first picture of an animation.
      case doubtful
      /// Two samples of a split have one name, or one content.
      case duplicate
      /// Two splits share a sample's name, a group, or a file's content.
      case leak
      /// A sample without a group where others have one, or a class of one group.
      case group
      /// A class has no training samples.
      case absent
    }

    /// What kind of fault.
    public var kind: Kind
    /// The sample, group or class.
    public var subject: String
    /// What is wrong, with the file.
    public var detail: String
  }

  /// The folder or manifest.
  public var input: String
  /// Samples that the list names.
  public var samples: Int
  /// Files that were there.
  public var files: Int
  /// The classes' names.
  public var classes: [String]
  /// Samples of each class, by split.
  public var counts: [String: [Int]]
  /// How the list was read, and what of the folder it leaves out.
  public var notes: [String]
  /// The faults, by kind.
  public var findings: [Finding]
}

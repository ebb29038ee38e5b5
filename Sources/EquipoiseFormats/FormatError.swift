// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Why a file could not be read or written: which file, what is wrong with it, and what to do.
public enum FormatError: Error, Equatable, CustomStringConvertible {
  /// The operating system refused `operation` on `path` with the error number `code`.
  case system(path: String, operation: String, code: Int32)
  /// The content contradicts its format: damaged, truncated or made by a faulty program.
  case malformed(path: String, reason: String, remedy: String)
  /// The content is valid but of a kind that is not read or written here.
  case unsupported(path: String, reason: String, remedy: String)
  /// The file is sound but has no array, tensor or column of the requested name.
  case missing(path: String, reason: String, remedy: String)

  /// The file (or the named thing inside a file) the error is about.
  public var path: String {
    switch self {
    case .system(let path, _, _), .malformed(let path, _, _), .unsupported(let path, _, _),
      .missing(let path, _, _):
      path
    }
  }

  /// What is wrong, without the path.
  public var reason: String {
    switch self {
    case .system(_, let operation, let code):
      "cannot \(operation): \(String(cString: strerror(code)))"
    case .malformed(_, let reason, _), .unsupported(_, let reason, _), .missing(_, let reason, _):
      reason
    }
  }

  /// What the user can do about it.
  public var remedy: String {
    switch self {
    case .system(_, _, let code): Self.remedy(forErrno: code)
    case .malformed(_, _, let remedy), .unsupported(_, _, let remedy), .missing(_, _, let remedy):
      remedy
    }
  }

  /// "path: reason; remedy".
  public var description: String { "\(path): \(reason); \(remedy)" }

  private static func remedy(forErrno code: Int32) -> String {
    switch code {
    case ENOENT: "check the path"
    case EACCES, EPERM, EROFS: "check the permissions of the file and its folder"
    case ENOSPC, EDQUOT: "free some space or choose another disk"
    case EFBIG: "raise the file size limit (ulimit -f) or choose another disk"
    case ENOTDIR, EISDIR: "check that each part of the path is a folder and the last one a file"
    case EMFILE, ENFILE: "raise the limit of open files (ulimit -n)"
    case EIO: "the disk may be failing: copy the data elsewhere"
    default: "check the path and the disk"
    }
  }
}

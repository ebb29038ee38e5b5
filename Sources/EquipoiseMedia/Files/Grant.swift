// SPDX-License-Identifier: Apache-2.0
/// The one file that a worker may read: its descriptor came with the request.
package struct Grant {
  package let file: String
  package let descriptor: Int32
  package let identity: InputFile.Identity

  /// Nil in a process that opens files itself.
  @TaskLocal package static var current: Grant?

  package init(file: String, descriptor: Int32, identity: InputFile.Identity) {
    (self.file, self.descriptor, self.identity) = (file, descriptor, identity)
  }
}

/// The one file that a worker may read: its descriptor came with the request.
struct Grant {
  let file: String
  let descriptor: Int32
  let identity: InputFile.Identity

  /// Nil in a process that opens files itself.
  @TaskLocal static var current: Grant?
}

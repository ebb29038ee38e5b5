// SPDX-License-Identifier: Apache-2.0
/// One call of an operator.
package struct OperatorCall {
  /// The operator, such as `aten::add.Tensor`.
  package let name: String
  /// What was given; arguments at the end that have defaults may be left out.
  package let arguments: [Value]
  /// What came out.
  package let results: [Tensor]
}

/// Records the calls of operators.
package enum OperatorTrace {
  /// The record of this thread while one is made.
  @TaskLocal private static var recorder: Recorder?

  private final class Recorder: @unchecked Sendable {
    // Sendable: reached through a task-local of the thread that records.
    var calls: [OperatorCall] = []
  }

  /// What `body` calls, in order, and what it returns. The tensors are kept, so that every one has an
  /// identity of its own.
  package static func record<R>(_ body: () throws -> R) rethrows -> (
    calls: [OperatorCall], result: R
  ) {
    let recorder = Recorder()
    let result = try $recorder.withValue(recorder, operation: body)
    return (recorder.calls, result)
  }

  /// Adds a call, which is put together only while recording.
  static func add(_ call: () -> OperatorCall) {
    recorder?.calls.append(call())
  }
}

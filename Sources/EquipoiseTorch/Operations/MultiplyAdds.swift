// SPDX-License-Identifier: Apache-2.0
/// Counts the multiply-adds of forward passes: matrix products, convolutions and attention.
public enum MultiplyAdds {
  /// The count of this thread while one is running.
  @TaskLocal private static var counter: Counter?

  private final class Counter: @unchecked Sendable {
    // Sendable: reached through a task-local of the thread that counts.
    var total = 0
  }

  /// Counts what `body` computes.
  ///
  /// - Parameter body: forward passes; backward passes are not seen.
  /// - Returns: multiply-adds.
  public static func count(_ body: () throws -> Void) rethrows -> Int {
    let counter = Counter()
    try $counter.withValue(counter, operation: body)
    return counter.total
  }

  /// Adds `amount`, which is worked out only while counting.
  static func add(_ amount: () -> Int) {
    guard let counter else { return }
    counter.total += amount()
  }
}

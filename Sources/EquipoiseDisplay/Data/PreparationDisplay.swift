// SPDX-License-Identifier: Apache-2.0
package import Equipoise

/// Shows how far a recipe is, and its notes.
package final class PreparationDisplay {
  private let progress = Progress()
  private let name: String
  private let title: String
  private let quiet: Bool
  private var done = 0
  private var total = 0

  /// `title` is what is done; by default preparing `name`.
  package init(name: String, title: String? = nil, quiet: Bool) {
    self.name = name
    self.title = title ?? "preparing \(name)"
    self.quiet = quiet
  }

  package func show(_ event: PreparationEvent) {
    switch event {
    case .note(let text): Console.note("\(name): \(text)")
    case .progress(let done, let total):
      guard !quiet else { return }
      advance(to: done, of: total)
    }
  }

  private func advance(to done: Int, of total: Int) {
    if total != self.total || done < self.done {
      (self.total, self.done) = (total, 0)
      progress.begin(title, samples: total)
    }
    progress.advance(done - self.done) { "" }
    self.done = done
    if done == total { progress.finish(detail: "\(Numbers.count(total)) samples") }
  }
}

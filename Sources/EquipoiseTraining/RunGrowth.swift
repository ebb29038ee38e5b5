// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseMethods
internal import EquipoiseSettings

/// What is to be said of a run that gets more epochs than it was begun with: whatever depends on its whole length has
/// followed the former length until now, so that its end is not that of a run of the new length from the start.
struct RunGrowth {
  let notices: [String]

  /// Compares what a run was with what it is to be.
  init(_ before: RunConfiguration, _ parts: RunParts) {
    let (old, new) = (before.training, parts.configuration.training)
    var notices: [String] = []
    let steps = parts.stepsPerEpoch
    let (then, today) = (
      LearningRates(old, stepsPerEpoch: steps, selection: parts.selection),
      LearningRates(new, stepsPerEpoch: steps, selection: parts.selection)
    )
    let first = (0..<old.epochs).first { epoch in
      [0, steps - 1].contains {
        then.rate(epoch: epoch, step: $0) != today.rate(epoch: epoch, step: $0)
      }
    }
    if let first {
      notices.append(
        "training.schedule '\(new.schedule.name)' runs over the whole length: from epoch \(first) on the "
          + "learning rate followed \(old.epochs) epochs "
          + "(\(then.rate(epoch: old.epochs - 1, step: steps - 1)) in the last), and now "
          + "follows \(new.epochs) (\(today.rate(epoch: old.epochs)) in the next); the result is not that of "
          + "\(new.epochs) epochs at once")
    }
    if let method = parts.method as? any LengthMinding,
      let what = method.difference(from: old.epochs, to: new.epochs)
    {
      notices.append("\(what); the result is not that of \(new.epochs) epochs at once")
    }
    self.notices = notices
  }
}

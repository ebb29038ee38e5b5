// SPDX-License-Identifier: Apache-2.0
import Equipoise

/// Prints a line for each epoch.
final class Progress: TrainingObserver {
  func observe(_ event: TrainingEvent) {
    guard case .finishedEpoch(let epoch) = event else { return }
    print("epoch \(epoch.epoch): loss \(epoch.trainLoss), accuracy \(epoch.validation.accuracy)")
  }
}

let folder = CommandLine.arguments.dropFirst().first ?? "runs/loop"
try RecipeCatalogue.standard.prepare(
  "synthetic", input: nil, output: folder + "/data",
  sets: ["train=96", "validation=24", "test=24", "size=32"])
for method in ["joint", "ogm-ge"] {
  let configuration = try Run.configuration(
    settings: [
      "data=\(folder)/data", "method.name=\(method)", "training.epochs=2", "training.batchSize=16",
      "model.encoders.audio.width=4", "model.encoders.visual.width=4", "runtime.threads=1",
    ])
  let run = Run(configuration, in: "\(folder)/\(method)")
  try run.train(observers: [Progress()])
  let scores = try run.evaluate()
  let right = try run.predict("\(folder)/data").count { $0.predicted == $0.label }
  try run.export(onnx: "\(folder)/\(method).onnx")
  print("\(method): accuracy \(scores.accuracy), \(right) of 24 right")
}

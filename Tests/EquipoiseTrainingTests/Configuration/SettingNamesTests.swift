// SPDX-License-Identifier: Apache-2.0
import EquipoiseModels
import Testing

@testable import EquipoiseKit
@testable import EquipoiseMethods
@testable import EquipoiseTraining

/// Settings under the names that they have in other programs.
struct SettingNamesTests {
  @Test(arguments: [
    ("lr=0.1", "did you mean 'training.optimiser.learningRate'?"),
    ("training.lr=0.1", "did you mean 'training.optimiser.learningRate'?"),
    ("training.learning_rate=0.1", "did you mean 'training.optimiser.learningRate'?"),
    ("optimizer.lr=0.1", "did you mean 'training.optimiser.learningRate'?"),
    ("bs=8", "did you mean 'training.batchSize'?"),
    ("batch_size=8", "did you mean 'training.batchSize' or 'evaluation.batchSize'?"),
    ("per_device_train_batch_size=8", "did you mean 'training.batchSize'?"),
    (
      "weight_decay=0.1",
      "did you mean 'training.optimiser.weightDecay' or 'training.parts.NAME.weightDecay'?"
    ),
    ("training.wd=0.1", "did you mean 'training.optimiser.weightDecay'?"),
    ("training.epoch=3", "did you mean 'epochs'?"),
    ("epochs=3", "did you mean 'training.epochs'?"),
    ("trainer.max_epochs=3", "did you mean 'training.epochs'?"),
    ("num_train_epochs=3", "did you mean 'training.epochs'?"),
    ("seed=3", "did you mean 'runtime.seed'?"),
    ("num_workers=3", "did you mean 'runtime.loaders'?"),
    ("gradient_clip_val=1", "did you mean 'training.gradientClip'?"),
    ("warmup_epochs=1", "did you mean 'training.schedule.warmupEpochs'?"),
    ("num_warmup_steps=1", "did you mean 'training.schedule.warmupSteps'?"),
    ("early_stopping_patience=1", "did you mean 'training.earlyStopping.patience'?"),
    ("min_delta=1", "did you mean 'training.earlyStopping.minimumChange'?"),
    ("max_time=1", "did you mean 'training.maximumSeconds'?"),
    ("accumulate_grad_batches=4", "did you mean 'training.microBatchSize'?"),
    ("sync_batchnorm=true", "did you mean 'training.batchStatistics'?"),
    ("model_ema=true", "did you mean 'training.averaging.type'?"),
    ("layer_decay=0.5", "did you mean 'training.parts.NAME.layerDecay'?"),
    ("optimizer=adam", "did you mean 'training.optimiser'?"),
    ("training.momentum=0.9", "did you mean 'training.optimiser.momentum'?"),
    ("model.dropout=0.9", "did you mean 'model.encoders.NAME.dropout'?"),
    ("dataset=x", "did you mean 'data'?"),
    ("optimizer.eps=1e-6", "did you mean 'training.optimiser.epsilon'?"),
    ("optimizer.betas=[0.9, 0.99]", "did you mean 'method.betas' or 'training.optimiser.betas'?"),
    ("training.schedule=cosin", "did you mean 'cosine'?"),
    (
      "training.zzz=1",
      "choose from 'averaging', 'batchSize', 'batchStatistics', 'bucketing', 'channelsLast', "
        + "'decaysNormsAndBiases', 'dropLast', 'earlyStopping' and 10 more"
    ),
  ])
  func remedies(_ set: String, _ remedy: String) {
    let error = #expect(throws: EquipoiseError.self) {
      try RunConfiguration.resolve(sets: [set], catalogue: .standard, needsData: false)
    }
    #expect(error?.remedy == remedy)
  }
}

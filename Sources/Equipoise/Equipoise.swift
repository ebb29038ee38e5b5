// SPDX-License-Identifier: Apache-2.0
// The whole library under one name: `import Equipoise`.
@_exported public import EquipoiseBenchmarks
@_exported public import EquipoiseData
@_exported public import EquipoiseExperiments
@_exported public import EquipoiseFeatures
@_exported public import EquipoiseInference
@_exported public import EquipoiseKit
@_exported public import EquipoiseMedia
@_exported public import EquipoiseMethods
@_exported public import EquipoiseMetrics
@_exported public import EquipoiseModels
@_exported public import EquipoisePreparation
@_exported public import EquipoisePretrained
@_exported public import EquipoiseRecipes
@_exported public import EquipoiseSettings
@_exported public import EquipoiseText
@_exported public import EquipoiseTraining
@_exported public import EquipoiseWorkers

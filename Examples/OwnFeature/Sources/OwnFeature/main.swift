// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseCLI

EquipoiseCommand.main(catalogue: .standard.adding(feature: Words.self).adding(recipe: Replies.self))

// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseCLI

EquipoiseCommand.main(catalogue: .standard.adding(recipe: TwoMoons.self))

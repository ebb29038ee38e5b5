import Equipoise
import EquipoiseCLI

EquipoiseCommand.main(catalogue: .standard.adding(recipe: TwoMoons.self))

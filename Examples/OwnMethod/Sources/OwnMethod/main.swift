import Equipoise
import EquipoiseCLI

EquipoiseCommand.main(catalogue: .standard.adding(method: WorstModality.self))

import Equipoise
import EquipoiseCLI

EquipoiseCommand.main(catalogue: .standard.adding(encoder: PatchEncoder.Configuration.self))

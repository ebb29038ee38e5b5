import EquipoiseCLI

EquipoiseCommand.main()

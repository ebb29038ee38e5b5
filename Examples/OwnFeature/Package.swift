// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

let package = Package(
  name: "OwnFeature",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "Equipoise", path: "../..")],
  targets: [
    .executableTarget(
      name: "OwnFeature",
      dependencies: [
        .product(name: "Equipoise", package: "Equipoise"),
        .product(name: "EquipoiseCLI", package: "Equipoise"),
        // The program that reads raw media, which is then built beside this one.
        .product(name: "equipoise-decoder", package: "Equipoise"),
      ])
  ],
  swiftLanguageModes: [.v6])

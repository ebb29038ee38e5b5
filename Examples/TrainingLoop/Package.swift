// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

let package = Package(
  name: "TrainingLoop",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "Equipoise", path: "../..")],
  targets: [
    .executableTarget(
      name: "TrainingLoop",
      dependencies: [
        .product(name: "Equipoise", package: "Equipoise")
      ])
  ],
  swiftLanguageModes: [.v6])

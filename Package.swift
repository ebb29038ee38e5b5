// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import Foundation
import PackageDescription

/// Whether another package depends on this one by URL: SwiftPM and Xcode keep those in `checkouts/` beside
/// `repositories/`. There are no unsafe flags there, as whether a dependency may have them is for its user's tools
/// to say (SwiftPM refuses them below tools version 6.2). What cannot be had without is then the dependent's own
/// (docs/packages.md).
let isCheckout = {
  let folder = URL(fileURLWithPath: Context.packageDirectory).deletingLastPathComponent()
  let repositories = folder.deletingLastPathComponent().path + "/repositories"
  return folder.lastPathComponent == "checkouts"
    && FileManager.default.fileExists(atPath: repositories)
}()

/// Everything that `scripts/setup-libtorch` prepares: `include/`, `lib/` and the `.pc` file.
let libtorch = Context.packageDirectory + "/.libtorch"

/// By its full path, so that a plain `swift build` finds it too; SwiftPM takes none with a space.
let pkgConfig =
  libtorch.contains(" ") ? "equipoise-libtorch" : libtorch + "/equipoise-libtorch.pc"

/// The sources' commit, for the record that every run keeps of what made it. `make` names it: what the
/// manifest finds itself is kept by SwiftPM until the manifest changes.
let commit =
  Context.environment["EQUIPOISE_COMMIT"]
  ?? Context.gitInformation.map { $0.currentCommit + ($0.hasUncommittedChanges ? "+" : "") }

let strict: [CXXSetting] = [.enableWarning("all"), .treatAllWarnings(as: .error)]

let swift: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// In debug builds what all tests lean on is optimised where EQUIPOISE_TESTS says so, with all its checks: most of a short
/// training's time is Swift that is not. Nobody debugs where CI builds.
let optimised: [SwiftSetting] =
  isCheckout || Context.environment["EQUIPOISE_TESTS"] != "optimised"
  ? [] : [.unsafeFlags(["-O", "-assert-config", "Debug"], .when(configuration: .debug))]

/// SwiftPM takes no rpath from a `.pc` file, so this is the one flag that makes the products find
/// libtorch without the user exporting anything.
let rpath: [LinkerSetting] =
  isCheckout ? [] : [.unsafeFlags(["-Xlinker", "-rpath", "-Xlinker", libtorch + "/lib"])]

/// The folder of OpenCV's headers, for optical flow: the targets `CEquipoiseMotion` and `EquipoiseMotion` exist where it is
/// found, and everything else builds without. EQUIPOISE_OPENCV names another folder, or is `none`. No safe flag
/// names a folder of headers outside the package.
let openCV: String? = {
  guard !isCheckout else { return nil }
  let given = Context.environment["EQUIPOISE_OPENCV"] ?? ""
  let usual = ["/usr", "/usr/local", "/opt/homebrew"].map { $0 + "/include/opencv4" }
  return (given.isEmpty ? usual : [given]).first {
    FileManager.default.fileExists(atPath: $0 + "/opencv2/video/tracking.hpp")
  }
}()

/// A target of the library and its tests, which may use what it uses, what `support` has for them, and their `files`.
func floor(
  _ name: String, on dependencies: [Target.Dependency], resources: [Resource] = [],
  testedWith support: [Target.Dependency] = ["EquipoiseTestSupport"], files: [Resource] = [],
  settings: [SwiftSetting] = []
) -> [Target] {
  [
    .target(
      name: name, dependencies: dependencies, resources: resources,
      swiftSettings: swift + settings),
    .testTarget(
      name: name + "Tests", dependencies: [.byName(name: name)] + dependencies + support,
      resources: files, swiftSettings: swift),
  ]
}

/// What tests of runs share.
let runSupport: [Target.Dependency] = ["EquipoiseTestSupport", "EquipoiseRunTestSupport"]

/// Each on those above it.
let floors: [Target] = [
  floor(
    "EquipoiseFormats",
    on: ["CEquipoiseSystem", "CEquipoiseZlib", "CEquipoiseMappedFiles", "CEquipoiseDigest"],
    testedWith: [], files: [.copy("Fixtures")], settings: optimised),
  floor(
    "EquipoiseTorch",
    on: ["CEquipoiseTorch", "CEquipoiseSpinning", "CEquipoiseSystem", "EquipoiseFormats"],
    files: [.copy("Goldens")], settings: optimised),
  // The decoder stands on these two without libtorch.
  floor(
    "EquipoiseKit", on: ["EquipoiseFormats", "CEquipoiseBuildInformation"], settings: optimised),
  floor("EquipoiseMedia", on: ["EquipoiseKit", "EquipoiseFormats", "CEquipoiseSystem"]),
  floor(
    "EquipoiseSettings",
    on: ["EquipoiseKit", "EquipoiseFormats", .product(name: "Yams", package: "Yams")],
    settings: optimised),
  floor(
    "EquipoiseMetrics", on: ["EquipoiseSettings", "EquipoiseKit", "EquipoiseFormats"],
    files: [.copy("Goldens")], settings: optimised),
  floor(
    "EquipoiseText", on: ["EquipoiseKit", "EquipoiseFormats"], files: [.copy("Goldens")],
    settings: optimised),
  floor(
    "EquipoiseModels",
    on: ["EquipoiseSettings", "EquipoiseKit", "EquipoiseTorch", "EquipoiseFormats"],
    files: [.copy("Goldens")]),
  floor(
    "EquipoisePretrained",
    on: [
      "EquipoiseModels", "EquipoiseSettings", "EquipoiseKit", "EquipoiseTorch", "EquipoiseFormats",
    ],
    files: [.copy("Fixtures")]),
  floor(
    "EquipoiseData",
    on: ["EquipoiseSettings", "EquipoiseKit", "EquipoiseTorch", "EquipoiseFormats"],
    files: [.copy("Goldens")]),
  floor(
    "EquipoiseFeatures",
    on: [
      "EquipoiseData", "EquipoiseText", "EquipoiseSettings", "EquipoiseMedia", "EquipoiseKit",
      "EquipoiseTorch", "EquipoiseFormats",
    ], files: [.copy("Goldens")]),
  floor(
    "EquipoisePreparation",
    on: [
      "EquipoiseFeatures", "EquipoiseData", "EquipoiseText", "EquipoiseSettings", "EquipoiseMedia",
      "EquipoiseKit", "EquipoiseTorch", "EquipoiseFormats",
    ]),
  floor(
    "EquipoiseRecipes",
    on: [
      "EquipoisePreparation", "EquipoiseFeatures", "EquipoiseData", "EquipoiseText",
      "EquipoiseSettings", "EquipoiseMedia", "EquipoiseKit", "EquipoiseTorch", "EquipoiseFormats",
    ], files: [.copy("Goldens")]),
  floor(
    "EquipoiseMethods",
    on: [
      "EquipoiseModels", "EquipoiseMetrics", "EquipoiseData", "EquipoiseSettings", "EquipoiseKit",
      "EquipoiseTorch", "EquipoiseFormats",
    ], files: [.copy("Goldens")]),
  floor(
    "EquipoiseWorkers", on: ["EquipoiseKit", "EquipoiseTorch", "EquipoiseFormats"]),
  floor(
    "EquipoiseTraining",
    on: [
      "EquipoiseMethods", "EquipoiseWorkers", "EquipoisePretrained", "EquipoiseModels",
      "EquipoiseMetrics", "EquipoiseData", "EquipoiseSettings", "EquipoiseKit",
      "EquipoiseMessages", "EquipoiseTorch", "EquipoiseFormats",
      .product(name: "SwiftProtobuf", package: "swift-protobuf"),
    ], testedWith: runSupport, files: [.copy("Goldens")]),
  floor(
    "EquipoiseBenchmarks",
    on: [
      "EquipoiseTraining", "EquipoiseMethods", "EquipoiseWorkers", "EquipoiseModels",
      "EquipoiseData", "EquipoiseSettings", "EquipoiseKit", "EquipoiseTorch",
    ]),
  floor(
    "EquipoiseExperiments",
    on: [
      "EquipoiseTraining", "EquipoiseMethods", "EquipoiseModels", "EquipoiseMetrics",
      "EquipoiseData", "EquipoiseSettings", "EquipoiseKit", "EquipoiseTorch", "EquipoiseFormats",
    ], testedWith: runSupport),
  floor(
    "EquipoiseInference",
    on: [
      "EquipoiseExperiments", "EquipoiseTraining", "EquipoiseMethods", "EquipoisePreparation",
      "EquipoiseFeatures", "EquipoiseModels", "EquipoiseMetrics", "EquipoiseData", "EquipoiseText",
      "EquipoiseSettings", "EquipoiseMedia", "EquipoiseKit", "EquipoiseMessages", "EquipoiseTorch",
      "EquipoiseFormats",
      .product(name: "SwiftProtobuf", package: "swift-protobuf"),
    ], testedWith: runSupport),
  // All of them under one name.
  floor(
    "Equipoise",
    on: [
      "EquipoiseInference", "EquipoiseExperiments", "EquipoiseBenchmarks", "EquipoiseTraining",
      "EquipoiseMethods", "EquipoiseWorkers", "EquipoiseRecipes", "EquipoisePreparation",
      "EquipoiseFeatures", "EquipoiseData", "EquipoisePretrained", "EquipoiseModels",
      "EquipoiseMetrics", "EquipoiseText", "EquipoiseSettings", "EquipoiseMedia", "EquipoiseKit",
    ], testedWith: runSupport),
  floor(
    "EquipoiseReport", on: ["Equipoise", "EquipoiseFormats"], resources: [.embedInCode("Page")],
    testedWith: runSupport),
  floor("EquipoiseDisplay", on: ["Equipoise", "EquipoiseTorch", "EquipoiseFormats"]),
].flatMap { $0 }

/// What tests of several targets share; no product has it.
let testSupport: [Target] = [
  .target(
    name: "EquipoiseTestSupport", dependencies: ["EquipoiseTorch", "EquipoiseFormats"],
    path: "Tests/EquipoiseTestSupport", resources: [.copy("Goldens")], swiftSettings: swift),
  .target(
    name: "EquipoiseRunTestSupport",
    dependencies: [
      "EquipoiseTestSupport", "EquipoiseTraining", "EquipoiseMethods", "EquipoiseModels",
      "EquipoiseData", "EquipoiseSettings", "EquipoiseKit", "EquipoiseFormats",
    ],
    path: "Tests/EquipoiseRunTestSupport", swiftSettings: swift),
]

let motionTargets: [Target] = [
  .target(
    name: "CEquipoiseMotion",
    cxxSettings: strict + [.unsafeFlags(["-isystem", openCV ?? ""])],
    linkerSettings: ["video", "imgproc", "core"].map { .linkedLibrary("opencv_" + $0) }),
  .target(
    name: "EquipoiseMotion", dependencies: ["CEquipoiseMotion", "Equipoise", "EquipoiseFormats"],
    swiftSettings: swift),
  .testTarget(
    name: "EquipoiseMotionTests",
    dependencies: ["EquipoiseMotion", "Equipoise", "EquipoiseFormats"],
    resources: [.copy("Goldens")], swiftSettings: swift),
]

/// FFmpeg's libraries, for decoding audio, video and images: the targets `CEquipoiseFFmpeg`, `CEquipoiseMedia` and
/// `EquipoiseDecoding` exist where their .pc files are found; elsewhere `equipoise-decoder` says that it has
/// none. EQUIPOISE_FFMPEG, which `make` sets, names libavformat.pc, or is `none`; SwiftPM keeps what the
/// manifest itself found until the manifest or the environment changes.
let hasFFmpeg: Bool = {
  let manager = FileManager.default
  if let given = Context.environment["EQUIPOISE_FFMPEG"], !given.isEmpty {
    return manager.fileExists(atPath: given)
  }
  let named = (Context.environment["PKG_CONFIG_PATH"] ?? "").split(separator: ":").map(String.init)
  let multiarch = ((try? manager.contentsOfDirectory(atPath: "/usr/lib")) ?? [])
    .map { "/usr/lib/\($0)/pkgconfig" }
  let usual = [
    "/usr/lib", "/usr/lib64", "/usr/share", "/usr/local/lib", "/opt/homebrew/lib",
  ].map { $0 + "/pkgconfig" }
  return (named + usual + multiarch)
    .contains { folder in
      ["libavformat", "libavcodec", "libavutil", "libswscale", "libswresample"].allSatisfy {
        manager.fileExists(atPath: "\(folder)/\($0).pc")
      }
    }
}()

let mediaTargets: [Target] = [
  .systemLibrary(name: "CEquipoiseFFmpeg", pkgConfig: "libavformat"),
  .target(name: "CEquipoiseMedia", dependencies: ["CEquipoiseFFmpeg"]),
  .target(
    name: "EquipoiseDecoding",
    dependencies: [
      "EquipoiseMedia", "EquipoiseKit", "EquipoiseFormats", "CEquipoiseMedia", "CEquipoiseFFmpeg",
      "CEquipoiseSystem",
    ],
    swiftSettings: swift),
  .testTarget(
    name: "EquipoiseDecodingTests",
    dependencies: [
      "EquipoiseDecoding", "EquipoiseDecoder", "EquipoiseMedia", "CEquipoiseSystem",
      "EquipoiseProgram",
      "EquipoiseCLI", "Equipoise", "EquipoiseFormats",
    ],
    swiftSettings: swift),
]

/// The parsers under libFuzzer, for `scripts/fuzz`, which builds everything with its instrumentation.
let fuzzTargets: [Target] =
  Context.environment["EQUIPOISE_FUZZING"] != "1"
  ? []
  : [
    .executableTarget(
      name: "Fuzz", dependencies: ["Equipoise", "EquipoiseFormats", "EquipoiseReport"],
      path: "Tests/Fuzz",
      swiftSettings: swift + [.unsafeFlags(["-parse-as-library"])])
  ]

let package = Package(
  name: "Equipoise",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "Equipoise", targets: ["Equipoise"]),
    .library(name: "EquipoiseTorch", targets: ["EquipoiseTorch"]),
    .library(name: "EquipoiseCLI", targets: ["EquipoiseCLI"]),
    .executable(name: "equipoise", targets: ["EquipoiseProgram"]),
    .executable(name: "equipoise-decoder", targets: ["EquipoiseDecoder"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    .systemLibrary(name: "CEquipoiseLibtorch", pkgConfig: pkgConfig),
    .systemLibrary(name: "CEquipoiseZlib", pkgConfig: "zlib"),
    .target(
      name: "CEquipoiseBuildInformation",
      cSettings: [.define("EQUIPOISE_COMMIT", to: "\"\(commit ?? "")\"")]),
    .target(name: "CEquipoiseSpinning"),
    .target(name: "CEquipoiseEarlyStart", dependencies: ["CEquipoiseSpinning"]),
    .target(
      name: "CEquipoiseTorch", dependencies: ["CEquipoiseLibtorch"],
      // libtorch holds Gloo, whose headers it comes without.
      cxxSettings: strict + [
        .disableWarning("unused-parameter"), .headerSearchPath("gloo-headers"),
        .define("USE_C10D_GLOO"),
      ],
      linkerSettings: rpath),
    .target(name: "CEquipoiseMappedFiles"),
    // By its full name, as the shorter one is in the package of its headers only.
    .target(
      name: "CEquipoiseDigest",
      linkerSettings: [.linkedLibrary(":libcrypto.so.3", .when(platforms: [.linux]))]),
    .target(name: "CEquipoiseSystem"),
    // Made from Protos/ by `make protos`.
    .target(
      name: "EquipoiseMessages",
      dependencies: [.product(name: "SwiftProtobuf", package: "swift-protobuf")]),
    .executableTarget(
      name: "EquipoiseDecoder",
      dependencies: ["EquipoiseMedia", "EquipoiseKit"] + (hasFFmpeg ? ["EquipoiseDecoding"] : []),
      swiftSettings: swift + (hasFFmpeg ? [.define("EQUIPOISE_FFMPEG")] : [])),
    .target(
      name: "EquipoiseCLI",
      dependencies: [
        "EquipoiseDisplay", "EquipoiseReport", "Equipoise", "EquipoiseTorch", "EquipoiseFormats",
        "CEquipoiseEarlyStart",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ] + (openCV == nil ? [] : ["EquipoiseMotion"]),
      swiftSettings: swift + (openCV == nil ? [] : [.define("EQUIPOISE_MOTION")])),
    // Not called as its product: a file system may not tell `equipoise` from `Equipoise`.
    .executableTarget(
      name: "EquipoiseProgram", dependencies: ["EquipoiseCLI"], swiftSettings: swift),
    .testTarget(
      name: "EquipoiseCLITests",
      dependencies: [
        "EquipoiseProgram", "EquipoiseDecoder", "EquipoiseCLI", "EquipoiseDisplay",
        "EquipoiseReport", "Equipoise", "EquipoiseFormats", "EquipoiseTestSupport",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      exclude: ["Former"], swiftSettings: swift),
  ] + floors + testSupport + (openCV == nil ? [] : motionTargets) + (hasFFmpeg ? mediaTargets : [])
    + fuzzTargets,
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx20
)

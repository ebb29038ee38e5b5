// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseSettings
public import EquipoiseFeatures

/// Settings of UCF-101.
public struct UCF101Options: ConfigurationSection {
  /// Which of the three published splits.
  public var split = 1
  /// The folder of the videos CLASS/v_*.avi.
  public var videos = "UCF-101"
  /// The folder of trainlist0N.txt, testlist0N.txt and classInd.txt, in the input or an absolute path.
  public var lists = "ucfTrainTestlist"
  /// Which of `flow` and `rgb` to use.
  public var modalities = ["flow", "rgb"]
  /// Where flow comes from: `images` of the folder below, or `computed` by OpenCV's dense inverse search.
  public var flow = FlowOrigin.images
  /// The folder of flow images: CLIP/flow_x*.jpg and flow_y*.jpg, or u/CLIP/*.jpg and v/CLIP/*.jpg.
  public var flowImages = "flow"
  /// The motion in pixels that computed flow stores as 0 and 255.
  public var flowBound = 20.0
  /// Frames of a clip: one of each of as many equal segments.
  public var frames = 3
  /// Which frame of a segment: BalanceBenchmark takes the middle one in test.
  public var choice = FrameChoice.middle
  /// Height and width of frames and flow, stretched.
  public var size = 224
  /// Whether missing clips and other numbers than the published ones (split 1: 9537 and 3783) are refused.
  public var expectCounts = true

  /// The defaults.
  public init() {}
}

/// Where flow comes from.
public enum FlowOrigin: String, ConfigurationChoice {
  /// Images that are given.
  case images
  /// The videos.
  case computed
}

extension UCF101Options: RangeChecking {
  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    try MediaChoices.check(modalities, among: ["flow", "rgb"], at: path)
    try path.check("split", split, .from(1..<4))
    try path.check("frames", frames, .from(1..<65))
    try path.check("size", size, .from(8..<1025))
    try path.check("flowBound", flowBound, .within(0.1...1000))
  }
}

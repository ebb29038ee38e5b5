// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseSettings
public import EquipoiseFeatures

/// Settings of datasets of pictures with texts.
public struct CaptionedOptions: ConfigurationSection {
  /// A tokenizer.json, or the folder that holds one, which makes ids of the texts.
  public var tokenizer: String?
  /// Tokens of a text, special ones included: `auto` keeps all of the longest text, but no more than the tokeniser says, or
  /// 512; longer texts are cut.
  public var maxLength = TextLength.auto
  /// Which of `image` and `text` to use.
  public var modalities = ["image", "text"]
  /// Height and width of the pictures.
  public var size = 224
  /// Pixels of the shorter side before the centre is cut out; nil stretches the picture.
  public var shorterSide: Int?
  /// Of Hateful Memes: `seen` or `unseen`, which test list counts.
  public var test = MemesTest.seen
  /// Whether missing pictures and other numbers than the published ones are refused.
  public var expectCounts = true

  /// The defaults.
  public init() {}
}

/// Which test list of Hateful Memes counts.
public enum MemesTest: String, ConfigurationChoice {
  /// Of the first phase, 1000 memes.
  case seen
  /// Of the second phase, 2000 memes.
  case unseen
}

extension CaptionedOptions: RangeChecking {
  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    try MediaChoices.check(modalities, among: ["image", "text"], at: path)
    try path.check("size", size, .from(8..<1025))
    try path.check("shorterSide", shorterSide, .from(8..<4097))
    var text = TextConfiguration()
    text.maxLength = maxLength
    try text.check(at: path)
  }
}

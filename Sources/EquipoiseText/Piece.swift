// SPDX-License-Identifier: Apache-2.0

/// A part of a text on its way to tokens: code points, as Swift's characters are equal where their code points are not.
struct Piece {
  /// The code points.
  var text: [UInt32]
  /// Whether it begins where the text does.
  var isFirst: Bool
  /// The token that it is, where it was found among those that were added to the vocabulary.
  var token: Int?

  init(_ text: [UInt32], isFirst: Bool, token: Int? = nil) {
    (self.text, self.isFirst, self.token) = (text, isFirst, token)
  }

  /// A part of it.
  func part(_ range: Range<Int>) -> Piece {
    Piece(Array(text[range]), isFirst: isFirst && range.lowerBound == 0)
  }
}

extension String {
  /// Its code points.
  var codePoints: [UInt32] { unicodeScalars.map(\.value) }

  /// Text of code points.
  init(codePoints: some Sequence<UInt32>) {
    var scalars = String.UnicodeScalarView()
    for code in codePoints { scalars.append(Unicode.Scalar(code) ?? "\u{FFFD}") }
    self.init(scalars)
  }
}

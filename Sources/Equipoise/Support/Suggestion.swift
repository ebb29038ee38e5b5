import Formats

/// The suggestions for misspelt names, which `Formats` makes for files too.
typealias Suggestion = Nearest

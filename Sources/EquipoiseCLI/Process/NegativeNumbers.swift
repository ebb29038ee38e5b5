// SPDX-License-Identifier: Apache-2.0
/// Negative numbers as values of options.
enum NegativeNumbers {
  /// The arguments with `--epochs -3` written as `--epochs=-3`: the parser takes what begins with a hyphen
  /// for an option, and would say that the value is missing.
  static func joined(_ arguments: [String]) -> [String] {
    var result: [String] = []
    var isOver = false
    for argument in arguments {
      isOver = isOver || argument == "--"
      if !isOver, isNegative(argument), let option = result.last, option.hasPrefix("--"),
        !option.contains("=")
      {
        result[result.count - 1] = "\(option)=\(argument)"
      } else {
        result.append(argument)
      }
    }
    return result
  }

  private static func isNegative(_ argument: String) -> Bool {
    argument.hasPrefix("-") && Double(argument) != nil
  }
}

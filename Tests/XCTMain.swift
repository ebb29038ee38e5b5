// SPDX-License-Identifier: Apache-2.0
// Where tests start. SwiftPM's own start looks for tests of XCTest, of which there are none, in an index that the
// compiler makes beside its work, and that takes a quarter of its time.
import Testing

@main struct Tests {
  static func main() async {
    // SwiftPM starts it a second time for XCTest.
    if CommandLine.arguments.contains("swift-testing") {
      await Testing.__swiftPMEntryPoint() as Never
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import EquipoiseSettings

struct YAMLScalarTests {
  @Test(arguments: [
    ("", ConfigValue.null), ("~", .null), ("null", .null), ("NULL", .null), ("nul", .string("nul")),
    ("true", .bool(true)), ("False", .bool(false)), ("no", .string("no")), ("on", .string("on")),
    ("0", .integer(0)), ("-12", .integer(-12)), ("+5", .integer(5)), ("007", .integer(7)),
    ("0x1F", .integer(31)), ("0o17", .integer(15)), ("0xG", .string("0xG")),
    ("1.5", .double(1.5)), (".5", .double(0.5)), ("2.", .double(2)), ("1e-4", .double(1e-4)),
    ("-1E+3", .double(-1000)), (".inf", .double(.infinity)), ("-.inf", .double(-.infinity)),
    ("99999999999999999999", .double(1e20)), ("1e400", .double(.infinity)),
    ("nan", .string("nan")), ("inf", .string("inf")), ("e5", .string("e5")), ("-", .string("-")),
    ("1-2", .string("1-2")), ("1.2.3", .string("1.2.3")), ("1_000", .string("1_000")),
    ("0x1p3", .string("0x1p3")), ("٣", .string("٣")),
  ])
  func readsPlainScalarsByTheCoreSchema(text: String, expected: ConfigValue) {
    #expect(YAMLScalar.value(of: text) == expected)
  }

  @Test(arguments: [
    ("audio", "audio"), ("runs/a_b-1.safetensors", "runs/a_b-1.safetensors"),
    ("/data/x", "/data/x"), ("", "\"\""), ("true", "\"true\""), ("no", "\"no\""), ("Y", "\"Y\""),
    ("12", "\"12\""), ("1e5", "\"1e5\""), ("my data", "\"my data\""), ("a: b", "\"a: b\""),
    ("- x", "\"- x\""), ("\"q\"\\", "\"\\\"q\\\"\\\\\""), ("a\nb\t\r", "\"a\\nb\\t\\r\""),
    ("\u{7}", "\"\\U00000007\""), ("cuda:0", "\"cuda:0\""), ("é", "é"), ("🎧", "\"🎧\""),
  ])
  func writesStringsThatReadBack(text: String, expected: String) throws {
    let written = YAMLScalar.write(text)
    #expect(written == expected)
    let read = try YAMLReader(source: "test").assignments(in: "key: \(written)")
    #expect(read.map(\.value) == [.string(text)])
  }

  @Test(arguments: [
    (0.001, "0.001"), (1e-8, "1.0e-08"), (1.5e-9, "1.5e-09"), (2.0, "2.0"), (1e16, "1.0e+16"),
    (-0.0, "-0.0"), (0.1 + 0.2, "0.30000000000000004"),
  ])
  func writesNumbersThatReadBack(number: Double, expected: String) {
    #expect(YAMLScalar.write(number) == expected)
    #expect(YAMLScalar.value(of: expected) == .double(number))
  }
}

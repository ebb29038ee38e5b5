# SPDX-License-Identifier: Apache-2.0
"""Tests of how scripts/mutants reads its list and puts mutations behind switches."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from support import mutant_list  # noqa: E402

HEAD = "== Sources/A/File.swift\ntests: ATests\n"


def switched(source, lines):
    """The rewritten source, with mutations by their place in the list instead of by their names."""
    mutants = mutant_list.parse(HEAD + lines)
    text = mutant_list.switched(source, mutants)
    for number, mutant in enumerate(mutants, 1):
        text = text.replace(mutant.switch, f"mutant({number})")
    return text


class MutantTests(unittest.TestCase):
    def refusal(self, lines, source="let a = b + c"):
        with self.assertRaises(mutant_list.ListError) as caught:
            switched(source, lines)
        return str(caught.exception)

    def test_an_expression_becomes_a_choice(self):
        self.assertEqual(
            switched("let a = b + c", "b + c  =>  b - c"),
            "let a = (mutant(1) ? (b - c) : (b + c))")

    def test_what_comes_before_says_which_is_meant(self):
        self.assertEqual(
            switched("f(x: x, y: x)", "y: x  =>  y: 0"), "f(x: x, y: (mutant(1) ? (0) : (x)))")
        self.assertEqual(
            switched("return x", "return x  =>  return -x"), "return (mutant(1) ? (-x) : (x))")

    def test_mutations_of_one_place_and_inside_another(self):
        self.assertEqual(
            switched("f(a + b)", "a + b  =>  a\na + b  =>  b"),
            "f((mutant(1) ? (a) : mutant(2) ? (b) : (a + b)))")
        self.assertEqual(
            switched("f(a + b)", "f(a + b)  =>  f(0)\na  =>  1"),
            "(mutant(1) ? (f(0)) : (f((mutant(2) ? (1) : (a)) + b)))")

    def test_statements(self):
        self.assertEqual(
            switched("n += 1", "stmt: n += 1  =>  n += 2"),
            "if mutant(1) { n += 2 } else { n += 1 }")
        self.assertEqual(
            switched("n += 1", "stmt: n += 1  =>"), "if mutant(1) {  } else { n += 1 }")

    def test_lines_and_places(self):
        self.assertEqual(
            switched("f(\n    a, b)", "f( ⏎ a, b)  =>  f(b, a)"),
            "(mutant(1) ? (f(b, a)) : (f(\n    a, b)))")
        self.assertEqual(switched("a; a", "a  =>  b  @2"), "a; (mutant(1) ? (b) : (a))")

    def test_a_list_that_does_not_fit_is_an_error(self):
        self.assertIn("no longer has: x + y", self.refusal("x + y  =>  x"))
        self.assertIn("has 2 times", self.refusal("a  =>  b", "a a"))
        self.assertIn("overlap: c - d", self.refusal("b - c  =>  b\nc - d  =>  d", "b - c - d"))
        self.assertIn("listed twice", self.refusal("b + c  =>  b\nb + c  =>  b"))
        self.assertIn("brackets", self.refusal("f(a  =>  f(b"))
        self.assertIn("not a whole expression", self.refusal(".mean()  =>  .sum()"))
        self.assertIn("needs another", self.refusal("a  =>"))
        with self.assertRaises(mutant_list.ListError):
            mutant_list.parse("a  =>  b")


if __name__ == "__main__":
    unittest.main()

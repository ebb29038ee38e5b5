# SPDX-License-Identifier: Apache-2.0
"""Reads Tests/Mutants/mutants.txt and puts its mutations behind switches in a copy of the sources.

    == Sources/EquipoiseTraining/Trainer.swift
    tests: LearningRateTests|TrainerTests
    parts.schedule.rate(at: epoch)  =>  parts.schedule.rate(at: epoch + 1)
    stmt: log.reset()  =>

Each line is a mutation of one expression of the file above it: what stands there, and what takes its
place. `stmt:` begins one of a whole statement, whose mutant may be empty. `@2` at the end means the
second place with that text; without it there must be one. `tests:` is the filter that should notice
the mutations that follow. A line break with its spaces in the source is written as ` ⏎ `.
"""

import dataclasses
import hashlib
import re

ARROW = re.compile(r"  =>(?:  |$)")
# What may stand before an expression in the list, to say which one is meant.
LEAD = re.compile(r"(?:return |if |case [^:]+: |[A-Za-z]\w*: |[^=<>!]* = )")
PLACE = re.compile(r"  @(\d+)$")


@dataclasses.dataclass
class Mutant:
    file: str
    old: str
    new: str
    tests: str
    is_statement: bool
    place: int | None
    skipped: int = 0  # of the old text: what only says where the expression stands
    line: int = 0  # in the source
    start: int = 0
    end: int = 0

    @property
    def id(self):
        text = f"{self.file}\n{self.old}\n{self.new}\n{self.place}"
        return hashlib.sha256(text.encode()).hexdigest()[:10]

    @property
    def switch(self):
        """What is true where the mutation is switched on; the same wherever its line stands in the list."""
        return f"mutant(0x{self.id})"


class ListError(Exception):
    pass


def parse(text):
    """The mutations of a list, in its order."""
    mutants, file, tests = [], None, None
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip() if not line.rstrip().endswith("=>") else line.strip() + "  "
        if not line or line.startswith("#"):
            continue
        if line.startswith("== "):
            file, tests = line[3:].strip(), None
        elif line.startswith("tests: "):
            tests = line[7:].strip()
        else:
            mutants.append(_mutation(line, number, file, tests))
    if len({m.id for m in mutants}) < len(mutants):
        seen = set()
        twice = next(m for m in mutants if m.id in seen or seen.add(m.id))
        raise ListError(f"listed twice: {twice.old}  =>  {twice.new}")
    return mutants


def _mutation(line, number, file, tests):
    place = PLACE.search(line)
    parts = ARROW.split(line[: place.start()] if place else line)
    if len(parts) != 2 or not file or not tests:
        raise ListError(f"line {number}: expected 'old  =>  new' below '== FILE' and 'tests: FILTER'")
    old, new = parts[0].strip(), parts[1].strip()
    is_statement = old.startswith("stmt: ")
    old = old.removeprefix("stmt: ")
    if not new and not is_statement:
        raise ListError(f"line {number}: an expression needs another in its place")
    mutant = Mutant(file, old, new, tests, is_statement, int(place[1]) if place else None)
    lead = LEAD.match(old)
    if lead and not is_statement and new.startswith(lead[0]):
        mutant.skipped, mutant.new = len(lead[0]), new[len(lead[0]) :]
    for text in (old, new):
        if any(text.count(a) != text.count(b) for a, b in ("()", "[]", "{}")):
            raise ListError(f"line {number}: brackets that do not match: {text}")
    if not is_statement and re.match(r"[.,?:)]", old[mutant.skipped :]) and not mutant.skipped:
        raise ListError(f"line {number}: not a whole expression: {old}")
    return mutant


def locate(mutant, source):
    """Finds the mutation's text; ListError where it is not there or stands in several places."""
    pattern = re.compile(re.escape(mutant.old).replace(r"\ ⏎\ ", r"\s*\n\s*"))
    found = list(pattern.finditer(source))
    wanted = mutant.place or 1
    if len(found) < wanted:
        raise ListError(f"{mutant.file}: no longer has: {mutant.old}")
    if mutant.place is None and len(found) > 1:
        raise ListError(f"{mutant.file}: has {len(found)} times (add @1 or @2 …): {mutant.old}")
    mutant.start, mutant.end = found[wanted - 1].span()
    mutant.start += mutant.skipped
    mutant.line = source.count("\n", 0, mutant.start) + 1


def switched(source, mutants):
    """The source with each mutation of the file behind its switch; one may lie inside another."""
    spans = {}
    for mutant in mutants:
        locate(mutant, source)
        spans.setdefault((mutant.start, -mutant.end), []).append(mutant)
    pending = [spans[key] for key in sorted(spans)]
    return _rewritten(source, 0, len(source), pending)


def _rewritten(source, start, end, pending):
    """The text from start to end, with the mutations that begin in it; takes them off `pending`."""
    text, position = "", start
    while pending and pending[0][0].start < end:
        here = pending.pop(0)
        first = here[0]
        if first.end > end:
            raise ListError(f"{first.file}: two mutations overlap: {first.old}")
        inner = _rewritten(source, first.start, first.end, pending)
        text += source[position : first.start] + _choice(inner, here)
        position = first.end
    return text + source[position:end]


def _choice(old, mutants):
    if mutants[0].is_statement:
        branches = "".join(f"if {m.switch} {{ {m.new} }} else " for m in mutants)
        return f"{branches}{{ {old} }}"
    branches = "".join(f"{m.switch} ? ({m.new}) : " for m in mutants)
    return f"({branches}({old}))"


SWITCH = """import Foundation

/// The mutation that is switched on.
private let activeMutant =
  ProcessInfo.processInfo.environment["EQUIPOISE_MUTANT"].flatMap { Int($0, radix: 16) }

@inline(never) func mutant(_ id: Int) -> Bool { activeMutant == id }
"""

"""An attacker who has nothing but what is published: the files of a public edition and the text of the definitions.

It shares no code with the program. It writes down every sum that the layout of the tables shows (rows, columns, areas,
the same number in two tables) and asks a solver how small and how large each number that is left out can be.
"""

import json
import random
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import highspy

Cell = tuple[str, str, str, str]
"""Table, area, code of the row, key of the column."""
Terms = list[tuple[float, Cell]]
_MOST = 1e6


def definitions(templates: Path) -> dict[str, dict[str, Any]]:
    """The tables' definitions by number, as anybody can read them."""
    files = sorted((templates / "tables").glob("*.toml"))
    tables = [table for file in files for table in tomllib.loads(file.read_text(encoding="utf-8")).get("table", [])]
    return {table["id"]: table for table in tables}


class Attacker:
    """The sums of a public edition, and what they say of the numbers that are left out."""

    def __init__(self, edition: Path, templates: Path) -> None:
        """Args:
        edition: folder of the public edition.
        templates: folder of the definitions.
        """
        document = json.loads((edition / "tables.json").read_text(encoding="utf-8"))
        known = definitions(templates)
        self.tables = [(table, known[table["id"]]) for table in document["tables"]]
        self.values: dict[Cell, float | None] = {
            (table["id"], row["area"], row.get("code", ""), column["key"]): value
            for table, _ in self.tables
            for row in table["rows"]
            for column, value in zip(table["columns"], row["values"], strict=True)
        }
        self.unknown = [cell for cell, value in self.values.items() if value is None]
        self._numbers = {cell: n for n, cell in enumerate(self.unknown)}
        self._model = self._built()

    def ranges(self, seed: int = 1, guesses: int = 40) -> dict[Cell, tuple[float, float]]:
        """How small and how large each number that is left out can be; wide ones only as far as they are known to be.

        Some solutions of all sums at random show at once how far apart most numbers can lie; what lies closer together
        in all of them is asked for one by one.
        """
        chance, found = random.Random(seed), dict.fromkeys(self.unknown, (_MOST, -_MOST))
        for _ in range(guesses):
            solution = self._best([chance.choice((-1.0, 1.0)) * chance.random() for _ in self.unknown])
            for cell, value in zip(self.unknown, solution, strict=True):
                found[cell] = min(found[cell][0], value), max(found[cell][1], value)
        for cell in [cell for cell, (low, high) in found.items() if high - low < 3]:
            place = self._numbers[cell]
            found[cell] = self._end(place, 1.0), self._end(place, -1.0)
        return found

    def fits(self, numbers: Mapping[Cell, float]) -> bool:
        """Whether numbers agree with all sums: those that were counted must, or the attack is mistaken."""
        return all(
            low <= sum(factor * numbers.get(cell, 0.0) for factor, cell in terms) <= high
            for terms, low, high in self._sums()
        )

    # --- sums ----------------------------------------------------------------------------------------------------

    def _sums(self) -> Iterator[tuple[Terms, float, float]]:
        """Every sum: its terms, and between what it must lie."""
        same: dict[Any, list[Cell]] = defaultdict(list)
        for table, definition in self.tables:
            yield from self._of_table(table, definition)
            for row in table["rows"]:
                for column in table["columns"]:
                    cell = (table["id"], row["area"], row.get("code", ""), column["key"])
                    same[row["area"], _meaning(definition, row.get("code", ""), column["key"])].append(cell)
        for first, *others in same.values():
            yield from (([(1, first), (-1, other)], 0.0, 0.0) for other in others)

    def _of_table(
        self, table: Mapping[str, Any], definition: Mapping[str, Any]
    ) -> Iterator[tuple[Terms, float, float]]:
        name, keys = table["id"], [column["key"] for column in table["columns"]]
        areas = [*dict.fromkeys(row["area"] for row in table["rows"])]
        codes = [*dict.fromkeys(row.get("code", "") for row in table["rows"])]
        lines: list[tuple[Cell, list[Cell]]] = []
        for key in keys:
            lines += [((name, a, "", key), [(name, a, code, key) for code in codes if code]) for a in areas]
        for whole, parts in _columns(keys, definition):
            lines += [((name, a, code, whole), [(name, a, code, p) for p in parts]) for a in areas for code in codes]
        yield from self._totals([line for line in lines if line[1]])
        for area in areas:
            below = [other for other in areas if other.startswith(area) and len(other) == len(area) + 3]
            for code in codes if below else ():
                for key in keys:
                    terms: Terms = [(1, (name, other, code, key)) for other in below]
                    yield [*terms, (-1, (name, area, code, key))], 0.0, 0.0

    def _totals(self, lines: list[tuple[Cell, list[Cell]]]) -> Iterator[tuple[Terms, float, float]]:
        """Wholes and parts of a table; whether parts add up is seen where all of a line is published."""
        shown: dict[Any, bool] = {}
        for whole, parts in lines:
            numbers = [self.values[part] for part in parts]
            if self.values[whole] is not None and None not in numbers:
                kind = _kind(whole, parts)
                shown[kind] = shown.get(kind, True) and sum(filter(None, numbers)) == self.values[whole]
        for whole, parts in lines:
            if shown.get(_kind(whole, parts)):
                yield [*((1.0, part) for part in parts), (-1.0, whole)], 0.0, 0.0
            else:
                yield from (([(1.0, part), (-1.0, whole)], -_MOST, 0.0) for part in parts)

    # --- solver --------------------------------------------------------------------------------------------------

    def _built(self) -> highspy.Highs:
        model = highspy.Highs()
        model.setOptionValue("output_flag", False)
        model.addVars(len(self.unknown), [0.0] * len(self.unknown), [_MOST] * len(self.unknown))
        for terms, low, high in self._sums():
            by_place: dict[int, float] = defaultdict(float)
            told = 0.0
            for factor, cell in terms:
                value = self.values[cell]
                if value is None:
                    by_place[self._numbers[cell]] += factor
                else:
                    told += factor * value
            if by_place:
                model.addRow(low - told, high - told, len(by_place), [*by_place], [*by_place.values()])
            else:
                assert low <= told <= high, terms
        return model

    def _best(self, costs: list[float]) -> list[float]:
        self._model.changeColsCost(len(costs), [*range(len(costs))], costs)
        self._model.run()
        assert self._model.getModelStatus() == highspy.HighsModelStatus.kOptimal
        return list(self._model.getSolution().col_value)

    def _end(self, place: int, sign: float) -> float:
        costs = [0.0] * len(self.unknown)
        costs[place] = sign
        return self._best(costs)[place]


def _kind(whole: Cell, parts: list[Cell]) -> tuple[str, bool, int]:
    """Lines of one table that either all add up or do not."""
    by_rows = whole[2] != parts[0][2]
    codes = parts[0][3].split("|")
    place = 0 if by_rows else next(n for n, code in enumerate(codes) if whole[3].split("|")[n:] != codes[n:])
    return whole[0], by_rows, place


def _columns(keys: list[str], definition: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Wholes among the columns, and their parts."""
    if "columns" in definition:
        yield "", [key for key in keys if key and "sum" not in definition["columns"][int(key)]]
        return
    for place in range(len(definition["head"])):
        parts: dict[str, list[str]] = defaultdict(list)
        for key in keys:
            codes = key.split("|")
            if codes[place]:
                parts["|".join("" if n == place else code for n, code in enumerate(codes))].append(key)
        yield from ((whole, some) for whole, some in parts.items() if whole in keys)


def _meaning(definition: Mapping[str, Any], code: str, key: str) -> Any:
    """What a number counts, in the words of its definition."""
    asked = {(definition.get("stub"), code)} if code else set()
    where = [definition["where"]]
    if "columns" in definition:
        where += [definition["columns"][int(key)].get("where", "")] if key else []
        where += [definition["columns"][int(key)].get("sum", "")] if key else []
    else:
        asked |= {(variable, c) for variable, c in zip(definition["head"], key.split("|"), strict=False) if c}
    return definition["unit"], *where, frozenset(asked)

"""Which village a sheet is of: every sign is asked, in order of trust, and contradictions are told."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from bishan_survey.intake.areas import AreaIndex
from bishan_survey.model import FormMark, Village

WHERE = {
    "form": "下发的表",
    "sheet": "工作表名",
    "title": "表头以上的标题",
    "folder": "文件夹名",
    "file": "文件名",
}
"""Signs in the order in which they are trusted, and what they are called."""


@dataclass(frozen=True, slots=True)
class Sign:
    """A place where a village is named."""

    where: str
    village: Village
    former: str = ""
    """The former name that stands there."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a sheet belongs."""

    village: Village | None = None
    by: str = ""
    """The sign that decided, a key of :data:`WHERE`."""
    former: str = ""
    against: Sign | None = None
    """The first sign that says something else."""


@dataclass(frozen=True, slots=True)
class Section:
    """A title among the records of a sheet that names a village."""

    row: int
    named: Village
    village: Village | None
    """The village of the records below it; none where something else than a title says another one."""


class Places:
    """Asks the signs of one file."""

    def __init__(self, name: str, mark: FormMark | None, areas: AreaIndex) -> None:
        path = PurePosixPath(name)
        self._areas = areas
        self.town = _town_of_folders(path, areas)
        self._marked = areas.frame.by_code.get(mark.village) if mark else None
        self._outside = [*self._in_folders(path), *self._named("file", path.stem)]

    def of_file(self) -> Placed:
        """Where the file belongs, before its sheets are looked at."""
        return _decide([*self._form(), *self._outside])

    def of_sheet(self, sheet: str, title: str) -> Placed:
        """Where a sheet belongs, by its name and by what stands above its header besides."""
        return _decide([*self._form(), *self._named("sheet", sheet), *self._named("title", title), *self._outside])

    def of_sections(self, placed: Placed, texts: Sequence[tuple[int, str]]) -> Iterator[Section]:
        """What titles among the records of a sheet say: they count as the one above the header does."""
        current = placed.village
        for row, text in texts:
            named = next((sign.village for sign in self._named("title", text)), None)
            if named is None or named == current:
                continue
            sure = placed.village is None or placed.by == "title" or named == placed.village
            current = named
            yield Section(row, named, named if sure else None)

    def _form(self) -> list[Sign]:
        return [Sign("form", self._marked)] if self._marked else []

    def _in_folders(self, path: PurePosixPath) -> Iterator[Sign]:
        for folder in reversed(path.parts[:-1]):
            yield from self._named("folder", folder)

    def _named(self, where: str, text: str) -> Iterator[Sign]:
        """The village that a text names: in the 镇街 that it names itself, or in that of the folders."""
        town = self._areas.town_in(text) or self.town
        named = self._areas.village_in(text, town) if text.strip() else None
        if named:
            yield Sign(where, named.village, named.former)
        elif where != "title" and (called := self._areas.village_called(text, town)):
            yield Sign(where, called)


def _decide(signs: Sequence[Sign]) -> Placed:
    if not signs:
        return Placed()
    first = signs[0]
    against = next((sign for sign in signs if sign.village != first.village), None)
    return Placed(first.village, first.where, first.former, against)


def _town_of_folders(path: PurePosixPath, areas: AreaIndex) -> str | None:
    """Code of the 镇街 whose folder, or whose archive, a file lies in."""
    for folder in reversed(path.parts[:-1]):
        code = areas.town_code(folder) or areas.town_in(PurePosixPath(folder).stem)
        if code:
            return code
    return None

"""191 forms with 94 people each: written by ``write_form``, proof and all, or by bare xlsxwriter from ready-made calls.

``record FILE`` notes the calls to xlsxwriter that write the cells, formats and validations of one such form;
``bare FOLDER FILE`` repeats them 191 times; ``ours FOLDER`` writes the forms from the definitions, with the defined
names and conditional formats that the bare program does without.
"""

import pickle
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FORMS, PEOPLE = 191, 94
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
_LEFT_OUT = ("define_name", "conditional_format")
Call = tuple[int | None, str, tuple[Any, ...], dict[str, Any]]
"""Number of the sheet (none: the workbook), method, arguments."""


@dataclass(frozen=True)
class FormatNumber:
    """A format in a note of a call."""

    number: int


class NotedSheet:
    """Takes the calls of a worksheet."""

    def __init__(self, calls: list[Call], number: int) -> None:
        self._calls, self._number = calls, number

    def __getattr__(self, method: str) -> Any:
        return lambda *args, **options: self._calls.append((self._number, method, args, options))


class NotedWorkbook:
    """Takes the calls of a workbook."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self._sheets: dict[str, NotedSheet] = {}
        self._formats = 0

    def add_format(self, properties: dict[str, Any]) -> FormatNumber:
        self.calls.append((None, "add_format", (properties,), {}))
        self._formats += 1
        return FormatNumber(self._formats - 1)

    def add_worksheet(self, name: str, worksheet_class: object = None) -> NotedSheet:
        self.calls.append((None, "add_worksheet", (name,), {}))
        self._sheets[name] = NotedSheet(self.calls, len(self._sheets))
        return self._sheets[name]

    def worksheets(self) -> list[NotedSheet]:
        return [*self._sheets.values()]

    def get_worksheet_by_name(self, name: str) -> NotedSheet:
        return self._sheets[name]

    def set_properties(self, properties: dict[str, Any]) -> None:
        self.calls.append((None, "set_properties", (properties,), {}))

    def define_name(self, name: str, formula: str) -> None:
        self.calls.append((None, "define_name", (name, formula), {}))


def record(file: Path) -> None:
    """Note the calls of one form."""
    from bishan_survey.forms import fill_workbook

    design, form, survey, content = _job()
    noted = NotedWorkbook()
    fill_workbook(noted, design, form, survey, content)  # type: ignore[arg-type]
    file.write_bytes(pickle.dumps([call for call in noted.calls if call[1] not in _LEFT_OUT]))


def bare(folder: Path, file: Path) -> None:
    """Repeat the calls for each form."""
    from xlsxwriter import Workbook

    calls: list[Call] = pickle.loads(file.read_bytes())
    for number in range(FORMS):
        with Workbook(str(folder / f"{number}.xlsx"), OPTIONS) as workbook:
            _repeat(workbook, calls)


def _repeat(workbook: Any, calls: list[Call]) -> None:
    sheets: list[Any] = []
    formats: list[Any] = []
    for sheet, method, args, options in calls:
        given = (formats[arg.number] if isinstance(arg, FormatNumber) else arg for arg in args)
        made = getattr(workbook if sheet is None else sheets[sheet], method)(*given, **options)
        if method == "add_format":
            formats.append(made)
        elif method == "add_worksheet":
            sheets.append(made)


def ours(folder: Path) -> None:
    """Write the forms as the command does."""
    from bishan_survey.forms import write_form

    job = _job()
    for number in range(FORMS):
        write_form(folder / f"{number}.xlsx", *job)


def _job() -> Any:
    from bishan_survey.design import load_defaults, load_design
    from bishan_survey.forms import FormContent
    from tests.people import adult

    design, defaults = load_design(), load_defaults()
    survey, village = defaults.survey(design), defaults.areas().villages[0]
    names = [f"试验{chr(0x4E00 + number)}" for number in range(PEOPLE)]
    rows = [adult(town=village.town, village=village.name, name=name) for name in names]
    form = design.questionnaires[survey.editions[0]]
    return design, form, survey, FormContent(village, {"person": rows})


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))
    task, *paths = sys.argv[1:]
    {"record": record, "bare": bare, "ours": ours}[task](*map(Path, paths))

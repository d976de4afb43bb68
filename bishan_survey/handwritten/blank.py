"""An empty handwritten sheet to write on."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from xlsxwriter import Workbook

from bishan_survey.handwritten.sheet import SheetKind
from bishan_survey.model import Survey, WordKind
from bishan_survey.private import create_private

_LINES = 5000
_WIDTH = 13
_GUIDE_WIDTHS = (16, 90)


def write_blank_sheet(path: Path, kind: SheetKind, survey: Survey, widths: Mapping[str, int]) -> None:
    """Write an empty sheet: headings, everything as text, the actions to choose from, and what to write where.

    Args:
        path: the file; it must not exist, and only its owner may read it, since people's data are to go into it.
        kind: which sheet.
        survey: whose first day is the file's own date, so that equal sheets have equal bytes.
        widths: of the columns that need more room than others, by their ids.
    """
    columns, actions = kind.words.of(WordKind.COLUMN), kind.words.of(WordKind.ACTION)
    with Workbook(str(create_private(path)), {"in_memory": True, "strings_to_formulas": False}) as workbook:
        workbook.set_properties({"created": datetime.combine(survey.period_start, datetime.min.time())})
        heading = workbook.add_format({"bold": True, "bg_color": "#EEF2F6", "bottom": 1})
        text = workbook.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        sheet = workbook.add_worksheet(kind.title)
        for place, (name, word) in enumerate(columns.items()):
            # A long number in a cell that is no text loses its last digits.
            sheet.set_column(place, place, widths.get(name, _WIDTH), text)
            sheet.write_string(0, place, word.text, heading)
            rule: dict[str, object] = {"validate": "any", "input_title": word.text, "input_message": word.help}
            if name == WordKind.ACTION:
                rule |= {"validate": "list", "source": [action.text for action in actions.values()]}
            sheet.data_validation(1, place, _LINES, place, rule)
        sheet.freeze_panes(1, 1)
        sheet.ignore_errors({"number_stored_as_text": f"A1:Z{_LINES}"})
        guide = workbook.add_worksheet("说明")
        for place, width in enumerate(_GUIDE_WIDTHS):
            guide.set_column(place, place, width, text)
        said = kind.words.texts(WordKind.GUIDE)["guide"].strip().splitlines()
        explained = [*(("列", word) for word in columns.values()), *(("操作", word) for word in actions.values())]
        rows = [*(("", line) for line in said), *((f"{what}“{w.text}”", w.help) for what, w in explained)]
        for place, row in enumerate(rows):
            guide.write_row(place, 0, row, text)

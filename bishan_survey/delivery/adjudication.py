"""The adjudication workbook: what the district has to decide, a line for each question, to be filled in and put back.

It carries people's data, so it is made readable by its owner alone.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import polars as pl
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from bishan_survey.delivery.lists import ListSheet, named_town, named_village
from bishan_survey.delivery.styles import Styles, set_up_page
from bishan_survey.handwritten import sealed
from bishan_survey.model import QUESTION_SHOWN, AreaFrame, Design, SheetWord, SheetWords, Survey, WordKind
from bishan_survey.private import create_private
from bishan_survey.widths import LINE_HEIGHT, lines_needed

_QUESTIONS, _GUIDE = "待判定", "说明"
_HEAD_ROW = 1
_WIDTHS = {
    "group": 5,
    "reason": 20,
    "one": 44,
    "other": 44,
    "differed": 16,
    "agreed": 16,
    "decision": 18,
    "note": 20,
    "code": 16,
}
_WIDTH = 10
_ANSWERS = ("decision", "author", "date", "release", "note")
_GUIDE_WIDTHS = (20, 90)
_A3 = 8
_SIDES = ("one", "other")


def write_adjudication(path: Path, questions: pl.DataFrame, design: Design, areas: AreaFrame, survey: Survey) -> None:
    """Write the workbook. Equal questions give equal bytes.

    Args:
        path: where to.
        questions: what is asked (``frames.QUESTIONS``).
        design: the definitions, for the words.
        areas: the villages that should report.
        survey: the round of the survey.
    """
    create_private(path)
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(str(path), options) as workbook:
        created = datetime.combine(survey.reference_date, datetime.min.time())
        workbook.set_properties({"title": f"{survey.title} 重复判定单", "created": created})
        styles = Styles(workbook)
        columns = design.decisions.of(WordKind.COLUMN)
        shown = _shown(questions, design.decisions, areas).select(*columns)
        _write_questions(workbook.add_worksheet(_QUESTIONS), styles, shown, design.decisions)
        _write_guide(workbook.add_worksheet(_GUIDE), styles, design.decisions)


def _shown(questions: pl.DataFrame, words: SheetWords, areas: AreaFrame) -> pl.DataFrame:
    """The questions as texts, with empty cells for the answers."""
    remarks, outcomes = words.texts(WordKind.REMARK), words.texts(WordKind.OUTCOME)
    shown = questions.with_columns(
        pl.col("group").cast(pl.String),
        pl.col("standing").replace_strict(remarks, return_dtype=pl.String),
        state=pl.col("before").replace_strict(outcomes, default=None, return_dtype=pl.String),
        **{side: pl.format("{}\n{}", _place(side, areas), pl.col(f"{side}_who")) for side in _SIDES},
        **dict.fromkeys(_ANSWERS, pl.lit(None, dtype=pl.String)),
    )
    texts = zip(*(shown[name] for name in QUESTION_SHOWN), strict=True)
    codes = [sealed(names, seen) for names, seen in zip(shown.select("pair", "basis").iter_rows(), texts, strict=True)]
    return shown.with_columns(code=pl.Series(codes, dtype=pl.String))


def _place(side: str, areas: AreaFrame) -> pl.Expr:
    town, village = (pl.col(f"{side}_{level}") for level in ("town", "village"))
    area = pl.concat_str([named_town(town, areas), named_village(village, areas)], separator=" ", ignore_nulls=True)
    return pl.format(
        "{}\n文件 {}\n表“{}”第{}行",
        area,
        pl.col(f"{side}_file"),
        pl.col(f"{side}_sheet").fill_null(""),
        pl.col(f"{side}_row"),
    )


def _write_questions(sheet: Worksheet, styles: Styles, shown: pl.DataFrame, words: SheetWords) -> None:
    columns = words.of(WordKind.COLUMN)
    widths = [_WIDTHS.get(name, _WIDTH) for name in columns]
    sheet.write_string(0, 0, f"重复判定单：共{shown.height}问", styles["title"])
    for place, (word, width) in enumerate(zip(columns.values(), widths, strict=True)):
        # A long number in a cell that is no text loses its last digits.
        sheet.set_column(place, place, width, styles["cell"])
        sheet.write_string(_HEAD_ROW, place, word.text, styles["head_left"])
        if shown.height:
            rule = _input(word, words)
            sheet.data_validation(_HEAD_ROW + 1, place, _HEAD_ROW + shown.height, place, rule)
    for row, values in enumerate(shown.iter_rows(), _HEAD_ROW + 1):
        lines = max(_lines(value, width) for value, width in zip(values, widths, strict=True))
        sheet.set_row(row, LINE_HEIGHT * (lines + 1))
        for place, value in enumerate(values):
            if value:
                sheet.write_string(row, place, value, styles["cell"])
            else:
                sheet.write_blank(row, place, None, styles["cell"])
    sheet.freeze_panes(_HEAD_ROW + 1, 1)
    set_up_page(sheet, (_HEAD_ROW, _HEAD_ROW))
    sheet.set_paper(_A3)


def _lines(value: str | None, width: int) -> int:
    return sum(lines_needed([line], [width]) for line in (value or "").split("\n"))


def _input(word: SheetWord, words: SheetWords) -> Mapping[str, object]:
    """What a cell of a column may hold, and the hint that is shown at it."""
    rule: dict[str, object] = {"validate": "any", "input_title": word.text, "input_message": word.help or word.text}
    if word.id == "decision":
        rule |= {"validate": "list", "source": [*words.texts(WordKind.ACTION).values()]}
    if word.id == "release":
        rule |= {"validate": "list", "source": [words.remark("release")]}
    return rule


def _write_guide(sheet: Worksheet, styles: Styles, words: SheetWords) -> None:
    for place, width in enumerate(_GUIDE_WIDTHS):
        sheet.set_column(place, place, width)
    said = [("", line) for line in words.texts(WordKind.GUIDE)["guide"].strip().splitlines()]
    explained = [
        (f"{what}“{word.text}”", word.help)
        for what, kind in (("列", WordKind.COLUMN), ("判定", WordKind.ACTION))
        for word in words.of(kind).values()
        if word.help
    ]
    for row, line in enumerate([*said, *explained]):
        sheet.set_row(row, LINE_HEIGHT * (lines_needed(line, _GUIDE_WIDTHS) + 0.5))
        for place, text in enumerate(line):
            sheet.write_string(row, place, text, styles["text"])
    set_up_page(sheet)


def decisions_sheet(decisions: pl.DataFrame, areas: AreaFrame, words: SheetWords) -> ListSheet:
    """What became of every decision, those that need somebody's attention first."""
    columns, choices, outcomes = (words.texts(kind) for kind in (WordKind.COLUMN, WordKind.ACTION, WordKind.OUTCOME))
    attention = pl.col("outcome").is_in(["refused", "stale"])
    frame = decisions.sort(~attention, maintain_order=True).select(
        pl.col("source").alias("判定单"),
        pl.col("line").alias("行"),
        pl.col("outcome").replace_strict(outcomes, return_dtype=pl.String).alias("结果"),
        pl.col("remark").alias("说明"),
        pl.col("decision").replace(choices).alias(columns["decision"]),
        *(pl.col(name).alias(columns[name]) for name in ("author", "date", "note")),
        *(pl.when(pl.col(f"{s}_file").is_not_null()).then(_place(s, areas)).alias(columns[s]) for s in _SIDES),
    )
    return ListSheet("判定", (24, 6, 14, 44, 20, 10, 12, 30, 40, 40), frame)


def changed_numbers_sheet(changed: pl.DataFrame, words: SheetWords) -> ListSheet:
    """What became of every line of the table of changed numbers, those that need somebody's attention first."""
    columns, outcomes = words.texts(WordKind.COLUMN), words.texts(WordKind.OUTCOME)
    frame = changed.sort(pl.col("outcome") != "refused", maintain_order=True).select(
        pl.col("line").alias("行"),
        pl.col("outcome").replace_strict(outcomes, return_dtype=pl.String).alias("结果"),
        pl.col("remark").alias("说明"),
        *(pl.col(name).alias(text) for name, text in columns.items()),
    )
    return ListSheet("换号", (6, 10, 44, 24, 24, 30, 10, 12), frame)

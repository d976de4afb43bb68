"""How far the survey has come by the roster (底册与进度), for people: counts and rates with their definitions, and
lists of who is missing, elsewhere, in no roster, or holds a certificate that expires."""

from datetime import datetime
from pathlib import Path

import polars as pl
from xlsxwriter import Workbook

from bishan_survey.delivery.lists import ListSheet, named_town, named_village, town_name, village_name, write_list
from bishan_survey.delivery.styles import Styles
from bishan_survey.model import AreaFrame, Design, RosterCheck, RosterRate, Survey
from bishan_survey.private import create_private

ROSTER_BOOK, ROSTER_PROGRESS = "底册核对.xlsx", "底册与进度"
_NO_ROSTER, _NOBODY = "没有底册，算不了", "底册里一个人也没有读出，算不了"
_LEVELS = {"district": "全区", "town": "镇街", "village": "村（社区）"}
_NO_TOWN, _NO_VILLAGE, _NO_ROSTER_HERE = "（不知是哪个镇街）", "（不知是哪个村）", "没有底册，没有核对"
_MISSING = {"missing": "没有登记", "silent": "村（社区）还没有报送"}
_COUNTING = {"accepted": "计入", "held": "暂不计入"}
_SUMMARY, _RATES = "小结", "入户率和完成率"
_SAID_BY = {"return": "报来的表", "roster": "底册"}


def why_no_rates(check: RosterCheck) -> str | None:
    """Why there are no counts and rates; ``None`` if there are."""
    if check.roster is None:
        return _NO_ROSTER
    return _NOBODY if check.figures.is_empty() else None


def progress_by_roster(check: RosterCheck, design: Design, areas: AreaFrame) -> pl.DataFrame:
    """Counts and rates of every area, the definition of each rate in its header. It names nobody."""
    reason = why_no_rates(check)
    if reason is not None:
        return pl.DataFrame({"说明": [reason]})
    return figures_by_area(check, design, areas).select(
        *_area(areas),
        *(pl.col(count.id).alias(count.label) for count in design.roster.counts),
        *(column for rate in design.roster.rates for column in _rate_columns(rate)),
        pl.col("remark").alias("说明"),
    )


def _area(areas: AreaFrame) -> list[pl.Expr]:
    return [
        pl.col("level").replace_strict(_LEVELS, return_dtype=pl.String).alias("级别"),
        pl.col("area").alias("代码"),
        town_name(areas).alias("镇街"),
        pl.col("area_name").alias("地区"),
    ]


def _rate_columns(rate: RosterRate) -> list[pl.Expr]:
    return [
        pl.col(rate.id).alias(f"{rate.label}：分子"),
        pl.col(f"{rate.id} of").alias(f"{rate.label}：分母"),
        percent(rate).alias(f"{rate.label}（%）：{rate.definition}"),
    ]


def percent(rate: RosterRate) -> pl.Expr:
    """A rate as a percentage, in a frame of :func:`figures_by_area`; null where nobody is in the denominator."""
    part, whole = pl.col(rate.id), pl.col(f"{rate.id} of")
    return pl.when(whole > 0).then((100 * part / whole).round(1))


def figures_by_area(check: RosterCheck, design: Design, areas: AreaFrame) -> pl.DataFrame:
    """One row for each area, with its name; each figure under its id, the denominator of a rate under ``<id> of``."""
    key, figures = ["level", "town", "village"], check.figures
    wide = figures.select(key).unique(maintain_order=True)
    ids = [*(count.id for count in design.roster.counts), *(rate.id for rate in design.roster.rates)]
    for name in ids:
        told = figures.filter(figure=name).select(
            *key, pl.col("value").alias(name), pl.col("whole").alias(f"{name} of")
        )
        wide = wide.join(told, on=key, how="left", nulls_equal=True, maintain_order="left")
    on_village, on_town = (pl.col("level") == level for level in ("village", "town"))
    codes, names = pl.coalesce("village", "town"), pl.coalesce(village_name(areas), town_name(areas))
    unknown = pl.when(on_village).then(pl.lit(_NO_VILLAGE)).when(on_town).then(pl.lit(_NO_TOWN))
    return wide.with_columns(
        area=pl.when(on_village | on_town).then(codes).otherwise(pl.lit(areas.district_code)),
        area_name=pl.when(on_village)
        .then(village_name(areas))
        .when(on_town)
        .then(names)
        .otherwise(pl.lit(areas.district)),
        remark=_remark(check.rows.filter("listed")["village"]),
    ).with_columns(area_name=pl.col("area_name").fill_null(unknown))


def _remark(listed: pl.Series) -> pl.Expr:
    """What is to be known of an area's figures: villages without anybody in the roster are not in them."""
    without = (pl.col("level") == "village") & ~pl.col("village").is_in(listed.drop_nulls().unique().implode())
    of_town, of_all = without.fill_null(False).sum().over("town"), without.fill_null(False).sum()
    lacking = pl.when(pl.col("level") == "town").then(of_town).when(pl.col("level") == "district").then(of_all)
    return (
        pl.when(without)
        .then(pl.lit(_NO_ROSTER_HERE))
        .when(lacking > 0)
        .then(pl.format("有{}个村（社区）没有底册，没有核对，不在内", lacking))
    )


# --- lists ----------------------------------------------------------------------------------------------------------


def write_roster_book(path: Path, check: RosterCheck, design: Design, areas: AreaFrame, survey: Survey) -> None:
    """Write the workbook. It carries people's data, so it is its owner's alone. Equal checks give equal bytes."""
    create_private(path)
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(str(path), options) as workbook:
        created = datetime.combine(survey.reference_date, datetime.min.time())
        workbook.set_properties({"title": f"{survey.title} 底册核对", "created": created})
        styles = Styles(workbook)
        for part in _lists(check, design, areas):
            write_list(workbook, styles, part)


def _lists(check: RosterCheck, design: Design, areas: AreaFrame) -> list[ListSheet]:
    rows = check.rows
    return [
        *_summary(check, design, areas),
        ListSheet("未调查到", (12, 26, 14, 26, 22, 30, 14, 12), _missing(rows, areas)),
        ListSheet("在别村", (12, 26, 14, 26, 12, 26, 14, 12, 30, 14, 8), _elsewhere(rows, areas)),
        ListSheet("底册以外", (12, 26, 14, 26, 12, 30, 14, 8), _extra(rows, areas)),
        ListSheet(
            "证件到期", (12, 26, 14, 26, 13, 14, 12, 30, 14, 8), _certificates(check.certificates, design, areas)
        ),
        ListSheet("对不上", (12, 26, 14, 26, 30, 10, 30, 14, 14), _doubtful(rows, areas)),
    ]


def _summary(check: RosterCheck, design: Design, areas: AreaFrame) -> list[ListSheet]:
    """Counts, a line for each area; rates, a line for each area and rate, so that the definition stands beside it."""
    reason = why_no_rates(check)
    if reason is not None:
        return [ListSheet(_SUMMARY, (60,), pl.DataFrame({"说明": [reason]}))]
    named = figures_by_area(check, design, areas)
    counts = [pl.col(count.id).alias(count.label) for count in design.roster.counts]
    rates = [
        named.with_row_index().select(
            "index",
            *_area(areas),
            pl.lit(rate.label).alias("比例"),
            percent(rate).alias("%"),
            pl.col(rate.id).alias("分子"),
            pl.col(f"{rate.id} of").alias("分母"),
            pl.lit(rate.definition).alias("定义"),
        )
        for rate in design.roster.rates
    ]
    lines = pl.concat(rates).sort("index", maintain_order=True).drop("index")
    widths = (11, 15, 12, 28)
    return [
        ListSheet(
            _SUMMARY,
            (*widths, *(13 for _ in counts), 36),
            named.select(*_area(areas), *counts, pl.col("remark").alias("说明")),
        ),
        ListSheet(_RATES, (*widths, 28, 8, 9, 9, 60), lines),
    ]


def _person(areas: AreaFrame) -> list[pl.Expr]:
    return [
        town_name(areas).alias("镇街"),
        village_name(areas).alias("村（社区）"),
        pl.col("name").alias("姓名"),
        pl.col("number").alias("残疾人证号"),
    ]


def _place(side: str = "") -> list[pl.Expr]:
    names = {"file": "文件", "sheet": "工作表", "row": "行"}
    return [pl.col(side + name).alias(label) for name, label in names.items()]


def _in_words(column: str, words: dict[str, str]) -> pl.Expr:
    return pl.col(column).replace_strict(words, default=None, return_dtype=pl.String)


def _missing(rows: pl.DataFrame, areas: AreaFrame) -> pl.DataFrame:
    return rows.filter(pl.col("status").is_in([*_MISSING])).select(
        *_person(areas),
        _in_words("status", _MISSING).alias("为什么"),
        pl.col("file").alias("底册文件"),
        pl.col("sheet").alias("工作表"),
        pl.coalesce("cell", pl.format("第{}行", "row")).alias("单元格"),
    )


def _elsewhere(rows: pl.DataFrame, areas: AreaFrame) -> pl.DataFrame:
    return rows.filter(status="elsewhere").select(
        *_person(areas),
        named_town(pl.col("found_town"), areas).alias("登记在的镇街"),
        named_village(pl.col("found_village"), areas).alias("登记在的村（社区）"),
        pl.col("found_name").alias("登记的姓名"),
        _in_words("found_status", _COUNTING).alias("是否计入"),
        *_place("found_"),
    )


def _extra(rows: pl.DataFrame, areas: AreaFrame) -> pl.DataFrame:
    extra = rows.filter(status="extra")
    return extra.select(*_person(areas), _in_words("found_status", _COUNTING).alias("是否计入"), *_place("found_"))


def _certificates(certificates: pl.DataFrame, design: Design, areas: AreaFrame) -> pl.DataFrame:
    labels = {expiry.id: expiry.label for expiry in design.roster.expiries}
    return certificates.select(
        *_person(areas),
        pl.col("valid_until").cast(pl.String).alias("有效期至"),
        _in_words("expiry", labels).alias("到期情况"),
        _in_words("said_by", _SAID_BY).alias("依据"),
        *_place(),
    )


def _doubtful(rows: pl.DataFrame, areas: AreaFrame) -> pl.DataFrame:
    """Rows and records that somebody has to look at before all can be told of them."""
    other_name = pl.col("name").ne_missing(pl.col("found_name")) & pl.col("found_name").is_not_null()
    in_roster = pl.col("file").is_not_null()
    why = (
        pl.when(pl.col("status") == "unmatched")
        .then(pl.lit("号码看不懂，对不上"))
        .when(pl.col("status") == "repeated")
        .then(pl.lit("底册中同一人的另一行，不再算"))
        .when(in_roster & pl.col("village").is_null())
        .then(pl.lit("底册没有写明是哪个村（社区）"))
        .when(in_roster & other_name)
        .then(pl.format("号码相同，登记的姓名是“{}”", "found_name"))
    )
    told = rows.with_columns(why=why).filter(pl.col("why").is_not_null())
    return told.sort("town", "village", "number", nulls_last=True, maintain_order=True).select(
        *_person(areas),
        pl.col("why").alias("为什么"),
        pl.when(in_roster).then(pl.lit("底册")).otherwise(pl.lit("报来的表")).alias("在哪里"),
        pl.coalesce("file", "found_file").alias("文件"),
        pl.coalesce("sheet", "found_sheet").alias("工作表"),
        pl.coalesce("cell", pl.format("第{}行", pl.coalesce("row", "found_row"))).alias("单元格"),
    )

"""Making tables public: the current run's tables, protected together with all that has been made public before.

It stands outside the night: a public edition is made when somebody decides to publish, and what was published is
remembered in the workspace, since it can never be taken back.
"""

import json
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from bishan_survey.consolidation import LEVELS, fill
from bishan_survey.consolidation.disclosure import KEYS, Place, Protected, Source, protect
from bishan_survey.delivery import (
    STATISTICS,
    TABLES_FILE,
    Publication,
    TableGrid,
    grids_of,
    write_private_csv,
    write_public,
    write_suppressed,
)
from bishan_survey.errors import WorkspaceError
from bishan_survey.model import Design, DisclosurePolicy, Table, TableShell
from bishan_survey.private import make_private_folder
from bishan_survey.record import until_pairs, version_pairs
from bishan_survey.tracing import counted_units
from bishan_survey.workspace import (
    RunFolder,
    Workspace,
    current_run,
    read_record,
    write_atomically,
)

EDITION_FILE, TOLD_FILE = "edition.json", "told.csv"
EDITION_SCHEMA = "bishan-survey/release/1"
_LEVELS = tuple(LEVELS)
_OTHER_TABLE = re.compile(r"表(T\d+)")
_ROWS = {"district": "", "town": "各镇街", "village": "各镇街、村（社区）"}
"""How the title of a table begins whose rows are areas, by the deepest level of these."""


@dataclass(frozen=True)
class Earlier:
    """What has been made public before."""

    told: Mapping[Place, float]
    """Numbers that were told."""
    levels: Mapping[str, str]
    """By table: the deepest level of area at which it was public."""


@dataclass(frozen=True)
class Edition:
    """What is to be made public, before anything is written."""

    run: str
    policy: DisclosurePolicy
    protected: Protected
    publication: Publication
    cells: int
    """Numbers of people that it would have if nothing were left out."""
    again: bool
    """Whether it replaces all that was public before."""


def prepare(workspace: Workspace, design: Design, again: bool) -> Edition:
    """Protect the tables of the current run that are meant for the public, and attack them.

    Args:
        workspace: the workspace.
        design: the definitions.
        again: whether numbers may differ from those that are public already.

    Raises:
        WorkspaceError: there is no sound run; nothing is to be or can be made public; or numbers that are public
            already have changed.
    """
    policy = workspace.settings.disclosure
    if policy is None:
        raise WorkspaceError(
            'survey.toml 的 [disclosure] 写着 method = "none"，不出公开版', '要公布，请改成 "suppress"'
        )
    run = _sound_run(workspace, design)
    earlier = Earlier({}, {}) if again else _earlier(workspace)
    source = Source(_counted(workspace, run, design), workspace.areas, design)
    wanted = {shell.id: _at(shell, policy.level) for shell in design.shells if shell.public}
    system = _with_earlier(wanted, earlier, design)
    tables = fill([*system.values()], source.counting, design).tables
    _same_as_published(run, tables, design, workspace)
    _unchanged(earlier, grids_of(tables, design, workspace.areas))
    depths = {table: len(wanted[table].areas) if table in wanted else 0 for table in system}
    gone = {table: _LEVELS[depths[table]] for table, shell in system.items() if len(shell.areas) > depths[table]}
    protected = protect([t for t in tables if t.shell.about_people], source, policy, [*earlier.told], gone)
    facts = [table for table in tables if not table.shell.about_people and table.shell.id in wanted]
    shown = sorted([*protected.tables, *facts], key=lambda table: table.shell.id)
    if not shown:
        raise WorkspaceError(
            "没有一张表可以公布：定义里没有 public = true 的表，或小数太多", "可以只公布到全区：[disclosure] level"
        )
    grids = grids_of(_worded(shown, design), design, workspace.areas)
    cells = sum(len(row.values) for grid in grids if grid.table.shell.about_people for row in grid.rows)
    publication = _publication(workspace, run, design, grids, protected)
    return Edition(run.id, policy, protected, publication, cells, again)


def release(workspace: Workspace, edition: Edition, folder: Path) -> Path:
    """Remember an edition, with the list of what it leaves out, and write it.

    Args:
        workspace: the workspace.
        edition: what is to be made public.
        folder: an empty folder for it.

    Returns:
        The folder in the workspace where it is remembered.
    """
    kept = workspace.released / f"{len(_editions(workspace)) + 1:03}-{edition.run}"
    beside = workspace.released / f".writing-{edition.run}"
    shutil.rmtree(beside, ignore_errors=True)
    grids = edition.publication.grids
    write_public(folder, edition.publication)
    make_private_folder(workspace.released)
    make_private_folder(beside)
    write_suppressed(beside, edition.protected.suppressed, grids, workspace.areas, workspace.settings.survey)
    write_private_csv(beside / TOLD_FILE, _told(grids))
    levels = {grid.table.shell.id: grid.table.shell.areas[-1] for grid in grids}
    document = {"schema": EDITION_SCHEMA, "run": edition.run, "again": edition.again, "tables": levels}
    text = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    write_atomically(beside / EDITION_FILE, text.encode(), private=True)
    beside.rename(kept)
    return kept


def _at(shell: TableShell, level: str) -> TableShell:
    """A table down to a level of area."""
    areas = _LEVELS[: _LEVELS.index(level) + 1]
    return replace(shell, areas=tuple(area for area in shell.areas if area in areas))


def _with_earlier(wanted: Mapping[str, TableShell], earlier: Earlier, design: Design) -> dict[str, TableShell]:
    """The tables that are to be public, and those that have been, at all levels at which they are or have been."""
    found = dict(wanted)
    for shell in design.shells:
        before = earlier.levels.get(shell.id)
        if before is not None:
            now = wanted[shell.id].areas if shell.id in wanted else ()
            found[shell.id] = max(_at(shell, before), replace(shell, areas=now), key=lambda one: len(one.areas))
    return found


def _sound_run(workspace: Workspace, design: Design) -> RunFolder:
    run = current_run(workspace)
    if read_record(run).get("design") != design.digest:
        raise WorkspaceError(f"当前结果 {run.id} 是按改动以前的定义做的", "请先运行 bishan-survey nightly，再公布")
    return run


def _counted(workspace: Workspace, run: RunFolder, design: Design) -> dict[str, pl.DataFrame]:
    try:
        return counted_units(run.path, design, workspace.settings.survey)
    except (OSError, pl.exceptions.PolarsError):
        raise WorkspaceError(f"当前结果 {run.id} 中的记录读不出来", "请重新运行 bishan-survey nightly") from None


def _same_as_published(run: RunFolder, tables: Sequence[Table], design: Design, workspace: Workspace) -> None:
    """Refuse a run whose tables are not those of its records.

    Raises:
        WorkspaceError: they are not, or cannot be read.
    """
    try:
        document = json.loads((run.path / STATISTICS / TABLES_FILE).read_text(encoding="utf-8"))
        published = {
            (t["id"], r["area"], r.get("code", "")): r["values"] for t in document["tables"] for r in t["rows"]
        }
    except (OSError, ValueError, KeyError, TypeError):
        published = {}
    for grid in grids_of(tables, design, workspace.areas):
        for row in grid.rows:
            if published.get((grid.table.shell.id, row.area, row.stub.code if row.stub else "")) != row.values:
                raise WorkspaceError(
                    f"当前结果 {run.id} 的 {STATISTICS}/{TABLES_FILE} 与其中的记录不符，可能已损坏",
                    "请重新运行 bishan-survey nightly",
                )


# --- what was made public before -------------------------------------------------------------------------------------


def _told(grids: Sequence[TableGrid]) -> pl.DataFrame:
    """Every cell of some tables; null where it is left out."""
    rows = [
        (grid.table.shell.id, row.area, row.stub.code if row.stub else "", key, value)
        for grid in grids
        if grid.table.shell.about_people
        for row in grid.rows
        for (key, _), value in zip(grid.table.head, row.values, strict=True)
    ]
    schema = {**dict.fromkeys(KEYS, pl.String()), "value": pl.Float64()}
    return pl.DataFrame(rows, schema=schema, orient="row", strict=False)


def _editions(workspace: Workspace) -> list[Path]:
    """What is remembered of each edition, the earliest first."""
    return sorted(path for path in workspace.released.glob("[0-9]*") if path.is_dir())


def _earlier(workspace: Workspace) -> Earlier:
    """What has been made public since it was last replaced as a whole.

    Raises:
        WorkspaceError: something of it cannot be read.
    """
    told: dict[Place, float] = {}
    levels: dict[str, str] = {}
    for folder in _editions(workspace):
        try:
            edition = json.loads((folder / EDITION_FILE).read_text(encoding="utf-8"))
            if edition["again"]:
                told, levels = {}, {}
            cells = pl.read_csv(folder / TOLD_FILE, infer_schema=False).with_columns(pl.col(KEYS).fill_null(""))
            rows = cells.select(*KEYS, pl.col("value").cast(pl.Float64)).drop_nulls("value").iter_rows()
            told |= {(table, area, stub, column): value for table, area, stub, column, value in rows}
            people = set(cells["table"])
            for table, level in edition["tables"].items():
                if table in people:
                    levels[table] = max(level, levels.get(table, level), key=_LEVELS.index)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, pl.exceptions.PolarsError):
            raise WorkspaceError(
                f"已经公布的 released/{folder.name} 读不出来，不知道公布过哪些数", "请从备份中恢复这个文件夹，再公布"
            ) from None
    return Earlier(told, levels)


def _unchanged(earlier: Earlier, grids: Sequence[TableGrid]) -> None:
    """Refuse to make public, beside what is public, other numbers of the same people: the difference tells of few.

    Raises:
        WorkspaceError: some numbers have changed.
    """
    now = {(t, a, s, c): v for t, a, s, c, v in _told(grids).iter_rows()}
    changed = sorted(place for place, value in earlier.told.items() if now.get(place) != value)
    if changed:
        tables = "、".join(dict.fromkeys(place[0] for place in changed))
        raise WorkspaceError(
            f"已经公布的数有{len(changed)}个变了，或没有了（{tables}）；两版一减，就知道是哪几个人变了",
            "同一轮调查只公布一次；确要重新公布，请先看“公开哪一版”的说明，再加 --again",
        )


# --- words -----------------------------------------------------------------------------------------------------------


def _publication(
    workspace: Workspace, run: RunFolder, design: Design, grids: Sequence[TableGrid], protected: Protected
) -> Publication:
    survey, policy = workspace.settings.survey, workspace.settings.disclosure
    assert policy is not None  # noqa: S101 - nothing is made public without one
    titles = {shell.id: shell.title for shell in design.shells}
    from_level = {"district": "全表不公布", "town": "镇街一级不公布", "village": "村（社区）一级不公布"}
    return Publication(
        survey=survey,
        district=workspace.areas.district,
        grids=grids,
        left_out=[
            (f"{table} {titles[table]}", f"{from_level[why.level]}：有的数不公布也可能推算出来")
            for table, why in protected.withheld.items()
        ],
        ledger=None,
        records={},
        coverage=_coverage(read_record(run)),
        register=None,
        versions=version_pairs(design, survey),
        protection=protection_pairs(policy),
    )


def _worded(tables: Sequence[Table], design: Design) -> list[Table]:
    """Tables whose words speak of no areas and no tables, as if they were there, that the edition does not have."""
    there, whole = {table.shell.id for table in tables}, {shell.id: shell for shell in design.shells}

    def seen(found: re.Match[str]) -> str:
        return found[0] if found[1] in there else f"{found[0]}（没有公布）"

    def worded(shell: TableShell) -> TableShell:
        was, now = _ROWS[whole[shell.id].areas[-1]], _ROWS[shell.areas[-1]]
        titled = not shell.stub and shell.title.startswith(was)
        title = now + shell.title.removeprefix(was) if titled else shell.title
        return replace(shell, title=title, notes=tuple(_OTHER_TABLE.sub(seen, note) for note in shell.notes))

    return [replace(table, shell=worded(table.shell)) for table in tables]


def _coverage(record: Mapping[str, Any]) -> list[tuple[str, str]]:
    """From when and how many villages the numbers come; nothing of their rows, which may be few."""
    villages = record.get("villages", {})
    labels = {"expected": "应报送的村（社区）", "reported": "已报送"}
    until = until_pairs(one.get("received") for one in record.get("inputs", ()))
    return [*until, *((label, f"{villages[key]}") for key, label in labels.items() if key in villages)]


def protection_pairs(policy: DisclosurePolicy) -> list[tuple[str, str]]:
    """How a public edition is protected, in words."""
    return [
        ("小数", f"小于{policy.threshold}的人数、户数（0除外）不公布"),
        ("一小群人全都一样", f"不足{policy.group}人、户的一组全在一格里的，那一格不公布"),
        ("能推算的数", "可以由别的数加减推算出来的，也不公布；各表和以前公布的合在一起推算"),
        ("公布前的检查", "每个不公布的数都另有一组数，各表的合计同样成立；找不到的，那张表不公布"),
    ]

"""The area frame: which 村（社区） should report, from a division code list or a workspace's own file."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from bishan_survey.design.locate import definitions_root
from bishan_survey.errors import DefinitionError
from bishan_survey.model import AreaFrame, Village

AREA_COLUMNS = ("code", "name", "town_code", "town_name", "former_names")


def divisions_folder() -> Path:
    """Where the shipped division code lists lie."""
    return definitions_root() / "templates" / "divisions"


def shipped_frames() -> list[str]:
    """Ids of the shipped editions of the division codes."""
    return sorted(path.stem for path in divisions_folder().glob("*-[0-9]*.csv"))


def shipped_area_rows(edition: str) -> list[dict[str, str]]:
    """Rows for a workspace's area file, from a shipped edition, with the older names of each village."""
    with (divisions_folder() / f"{edition}.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    former = _former_names()
    return [row | {"former_names": "|".join(sorted(former.get(row["code"], ())))} for row in rows]


def _former_names() -> dict[str, set[str]]:
    """Older names and codes by present code, over all editions."""
    former: dict[str, set[str]] = {}
    with (divisions_folder() / "renames.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            if row["change"] in ("renamed", "recoded") and row["old_name"]:
                older = {row["old_name"], row["old_code"]} - {row["new_code"], ""}
                former.setdefault(row["new_code"], set()).update(older)
    return former


def read_area_frame(path: Path, district_code: str, district: str) -> AreaFrame:
    """An area file as a frame.

    Raises:
        DefinitionError: columns are missing, or codes are not as they should be; all problems at once.
    """
    rows = list(csv.DictReader(io.StringIO(_decoded(path.read_bytes()))))
    problems = list(_problems(rows, path.name, district_code))
    if problems:
        raise DefinitionError(problems, f"请改正 {path.name}：每行一个村（社区），12位代码，不重复")
    return frame_of(rows, district_code, district)


def frame_of(rows: list[dict[str, str]], district_code: str, district: str) -> AreaFrame:
    """An area frame from the rows of an area file."""
    villages = tuple(Village(r["code"], r["name"], r["town_code"], r["town_name"]) for r in rows)
    former = tuple(
        (r["town_code"], old, r["code"]) for r in rows for old in (r["former_names"] or "").split("|") if old
    )
    return AreaFrame(district_code, district, villages, former)


def _decoded(content: bytes) -> str:
    """Text of a file that somebody may have saved with an older program, which writes GB18030."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", errors="replace")


def _problems(rows: list[dict[str, str]], name: str, district_code: str) -> Iterable[str]:
    if not rows:
        yield f"{name}：没有任何村（社区）"
        return
    missing = [c for c in AREA_COLUMNS if c not in rows[0]]
    if missing:
        yield f"{name}：缺少列 {'、'.join(missing)}"
        return
    seen: set[str] = set()
    towns: dict[str, str] = {}
    for line, row in enumerate(rows, 2):
        code, town = row["code"] or "", row["town_code"] or ""
        if not (code.isascii() and code.isdigit() and len(code) == 12):
            yield f"{name} 第{line}行：村（社区）代码“{code}”不是12位数字"
        elif len(town) != 9 or not code.startswith(town):
            yield f"{name} 第{line}行：镇街代码“{town}”不是村（社区）代码{code}的前9位"
        elif not code.startswith(district_code):
            yield f"{name} 第{line}行：代码{code}不属于 survey.toml 中的区代码{district_code}"
        if not (row["name"] or "").strip() or towns.setdefault(town, row["town_name"]) != row["town_name"]:
            yield f"{name} 第{line}行：村（社区）名称是空的，或同一镇街代码有两个名称"
        if code in seen:
            yield f"{name} 第{line}行：村（社区）代码{code}重复"
        seen.add(code)

"""Headers that people have approved, for a sender and for ever: a file of one line for each.

``报送单位,表头,项目``: who writes it so (全区, a 镇街, a 村社区), how it is written, and the item that is meant (its
label or variable; 不读取: the column is not wanted).
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bishan_survey.errors import UsageError
from bishan_survey.intake.areas import AreaIndex
from bishan_survey.intake.header_index import plain_header
from bishan_survey.model import Design, Survey, Village

COLUMNS = ("报送单位", "表头", "项目")
EVERYBODY, NOT_READ = "全区", "不读取"
_AS_TEXT, _FORMULAS = "'", ("=", "+", "-", "@", "\t", "\r")
_ADVICE = (
    f"每行三列：{'、'.join(COLUMNS)}。报送单位写“{EVERYBODY}”、镇街或村（社区）的名称或代码；"
    f"项目写调查表中的名称，不要的列写“{NOT_READ}”"
)


@dataclass(frozen=True, slots=True)
class Approved:
    """A header that people have approved."""

    sender: str
    """Code of the 镇街 or village; empty: everybody."""
    header: str
    item: str | None
    """The variable that is meant; ``None``: not to be read."""


def read_mappings(content: bytes, name: str, design: Design, survey: Survey, areas: AreaIndex) -> list[Approved]:
    """The lines of a file of mappings.

    Args:
        content: the file, in UTF-8 or GB18030.
        name: what it is called where its problems are told.
        design: the definitions, for the items.
        survey: whose open editions have the items.
        areas: the villages and 镇街.

    Raises:
        UsageError: some lines are not as they should be; all of them are told.
    """
    rows = list(csv.DictReader(io.StringIO(_decoded(content))))
    if rows and not set(COLUMNS) <= set(rows[0]):
        raise UsageError(f"{name} 缺少列：{'、'.join(c for c in COLUMNS if c not in rows[0])}", _ADVICE)
    items = _items(design, survey)
    noise = design.layout.header_noise
    problems: list[str] = []
    approved: list[Approved] = []
    for line, row in enumerate(rows, 2):
        sender, header, item = ((row[column] or "").strip() for column in COLUMNS)
        header = header.removeprefix(_AS_TEXT)
        code = _sender(sender, areas)
        if code is None:
            problems.append(f"第{line}行：报送单位“{sender}”不在区划名单中")
        if not header:
            problems.append(f"第{line}行：没有写表头")
        if item != NOT_READ and plain_header(item, noise) not in items:
            problems.append(f"第{line}行：项目“{item}”不在开放的调查表中")
        if not problems:
            approved.append(Approved(str(code), header, items.get(plain_header(item, noise))))
    problems += _contradictions(approved, noise)
    if problems:
        raise UsageError(f"{name}：" + "；".join(problems), _ADVICE)
    return approved


def _items(design: Design, survey: Survey) -> dict[str, str]:
    """Variables of the open editions by plain label and by name."""
    sheets = [sheet for edition in survey.editions for sheet in design.questionnaires[edition].sheets]
    named = ((text, item.name) for sheet in sheets for item in sheet.items for text in (item.name, item.label))
    return {plain_header(text, design.layout.header_noise): name for text, name in named}


def _sender(text: str, areas: AreaIndex) -> str | None:
    if text == EVERYBODY:
        return ""
    town = areas.town_code(text)
    if town:
        return town
    found = areas.village_in(text, areas.town_in(text)) or None
    village = areas.village(text, None) or (found.village if found else None)
    return village.code if village else None


def _contradictions(approved: Sequence[Approved], noise: tuple[str, ...]) -> Iterator[str]:
    said: dict[tuple[str, str], str | None] = {}
    for one in approved:
        key = (one.sender, plain_header(one.header, noise))
        if said.setdefault(key, one.item) != one.item:
            yield f"表头“{one.header}”对同一报送单位写了两个不同的项目"


def approved_for(mappings: Iterable[Approved], village: Village | None, town: str | None) -> Mapping[str, str | None]:
    """Variable by header for a sender: what is said of the village outranks what is said of its 镇街 and of all."""
    town = village.town_code if village else town
    ranked: dict[str, list[Approved]] = {"": [], town or "?": [], village.code if village else "??": []}
    for one in mappings:
        if one.sender in ranked:
            ranked[one.sender].append(one)
    return {one.header: one.item for level in ranked.values() for one in level}


def mappings_text(approved: Iterable[Approved], design: Design, areas: AreaIndex) -> bytes:
    """A file of mappings that a spreadsheet program opens with the right characters."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    names = {village.code: village.code for village in areas.frame.villages} | areas.frame.towns
    for one in approved:
        item = design.variable_labels[one.item] if one.item else NOT_READ
        writer.writerow([names.get(one.sender, EVERYBODY), _harmless(one.header), item])
    return text.getvalue().encode("utf-8-sig")


def _harmless(header: str) -> str:
    """A header that a spreadsheet program takes for a text, whatever a village has written: never for a formula."""
    return _AS_TEXT + header if header.startswith(_FORMULAS) else header


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", errors="replace")

"""Questionnaires from their files: one file an edition, a later one saying only what is new, changed or dropped."""

from collections.abc import Mapping
from typing import Any

from bishan_survey.design.parse import Reader
from bishan_survey.model import Item, Questionnaire, Sheet, Subject

Raw = dict[str, Any]


_KEYS = frozenset({"edition", "title", "version", "extends", "drop", "source", "sheet"})


def read_questionnaires(reader: Reader) -> dict[str, Questionnaire]:
    """Every edition under ``templates/forms``, by its id."""
    raw = {path.stem: content for path, content in reader.tomls("templates/forms")}
    made: dict[str, Questionnaire] = {}
    for edition, own in raw.items():
        reader.problems += [f"{_file(edition)}：不认识的键 {key}" for key in own.keys() - _KEYS]
        lineage = _lineage(edition, raw, reader)
        made[edition] = _questionnaire(edition, _merged(lineage, raw, reader), lineage, reader)
    return made


def _file(edition: str) -> str:
    return f"templates/forms/{edition}.toml"


def _lineage(edition: str, raw: Mapping[str, Raw], reader: Reader) -> tuple[str, ...]:
    """An edition and those that it extends, the nearest first."""
    lineage = [edition]
    while (parent := raw[lineage[-1]].get("extends")) is not None:
        if parent not in raw or parent in lineage:
            reader.problems.append(f"{_file(lineage[-1])}：extends：没有可继承的版本 {parent}")
            break
        lineage.append(parent)
    return tuple(lineage)


def _merged(lineage: tuple[str, ...], raw: Mapping[str, Raw], reader: Reader) -> Raw:
    """An edition's content with everything that it takes over from the editions it extends."""
    own, *parents = lineage
    if not parents:
        return raw[own]
    base = _merged(tuple(parents), raw, reader)
    dropped = set(raw[own].get("drop", []))
    sheets = {sheet["unit"]: _without(sheet, dropped) for sheet in base.get("sheet", [])}
    known = {item["name"] for sheet in base.get("sheet", []) for item in sheet.get("item", [])}
    reader.problems += [f"{_file(own)}：drop：没有变量 {name}" for name in sorted(dropped - known)]
    for sheet in raw[own].get("sheet", []):
        sheets[sheet["unit"]] = _extended(sheets.get(sheet["unit"], {}), sheet, own, reader)
    return base | raw[own] | {"sheet": list(sheets.values())}


def _without(sheet: Raw, dropped: set[str]) -> Raw:
    return sheet | {"item": [item for item in sheet.get("item", []) if item["name"] not in dropped]}


def _extended(base: Raw, own: Raw, edition: str, reader: Reader) -> Raw:
    """A sheet of the parent edition with the changes of the child's."""
    subjects = {s["id"]: s for s in base.get("subject", [])}
    for subject in own.get("subject", []):
        subjects[subject["id"]] = subjects.get(subject["id"], {}) | subject
    items = list(base.get("item", []))
    for item in own.get("item", []):
        after = item.get("after")
        if after is not None and after not in [i["name"] for i in items]:
            reader.problems.append(f"{_file(edition)}：{item['name']}：after：没有变量 {after}")
        _put(items, {k: v for k, v in item.items() if k != "after"}, after)
    return base | own | {"subject": list(subjects.values()), "item": items}


def _put(items: list[Raw], item: Raw, after: str | None) -> None:
    """Change the item of that name, or insert it after another, or at the end."""
    names = [i["name"] for i in items]
    if item["name"] in names:
        place = names.index(item["name"])
        items[place] = items[place] | item
    elif after in names:
        items.insert(names.index(after) + 1, item)
    else:
        items.append(item)


def _questionnaire(edition: str, raw: Raw, lineage: tuple[str, ...], reader: Reader) -> Questionnaire:
    where = _file(edition)
    for key in ("edition", "title", "version", "source"):
        if not isinstance(raw.get(key), str):
            reader.problems.append(f"{where}：缺少 {key}")
    return Questionnaire(
        edition=edition,
        title=str(raw.get("title", "")),
        version=str(raw.get("version", "")),
        source=str(raw.get("source", "")),
        sheets=tuple(_sheet(sheet, reader, where) for sheet in raw.get("sheet", [])),
        lineage=lineage,
    )


def _sheet(raw: Raw, reader: Reader, where: str) -> Sheet:
    items = [_required_as_sql(item) for item in raw.get("item", [])]
    return Sheet(
        unit=raw.get("unit", ""),
        name=raw.get("name", ""),
        title=raw.get("title", ""),
        subjects=tuple(reader.nouns(Subject, raw.get("subject", []), f"{where}：subject")),
        items=tuple(reader.nouns(Item, items, f"{where}：item")),
        key=raw.get("key", ""),
        key_item=raw.get("key_item", ""),
        asked_anew=tuple(raw.get("asked_anew", [])),
        gone=raw.get("gone"),
    )


def _required_as_sql(item: Raw) -> Raw:
    """`required` is written as true, false or SQL; the noun knows SQL or nothing."""
    required = item.get("required", False)
    sql = {True: "TRUE", False: None}.get(required, required) if isinstance(required, bool) else required
    return item | {"required": sql}

"""Questionnaires from their files: one file an edition, a later one saying only what is new, changed or dropped."""

from collections.abc import Mapping
from typing import Any

from bishan_survey.design.parse import Reader
from bishan_survey.model import Item, Questionnaire, Sheet, Subject

Raw = dict[str, Any]


def read_questionnaires(reader: Reader) -> dict[str, Questionnaire]:
    """Every edition under ``templates/forms``, by its id."""
    raw = {path.stem: content for path, content in reader.tomls("templates/forms")}
    made: dict[str, Questionnaire] = {}
    for edition in raw:
        merged = _merged(edition, raw, reader, ())
        made[edition] = _questionnaire(edition, merged, reader)
    return made


def _merged(edition: str, raw: Mapping[str, Raw], reader: Reader, seen: tuple[str, ...]) -> Raw:
    """An edition's content with everything that it takes over from the edition it extends."""
    own = raw[edition]
    parent = own.get("extends")
    if parent is None:
        return own
    if parent not in raw or parent in seen:
        reader.problems.append(f"templates/forms/{edition}.toml：extends：没有可继承的版本 {parent}")
        return own
    base = _merged(parent, raw, reader, (*seen, edition))
    sheets = {s["unit"]: s for s in base.get("sheet", [])}
    for sheet in own.get("sheet", []):
        sheets[sheet["unit"]] = _extended(sheets.get(sheet["unit"], {}), sheet, set(own.get("drop", [])))
    return base | own | {"sheet": list(sheets.values())}


def _extended(base: Raw, own: Raw, dropped: set[str]) -> Raw:
    """A sheet of the parent edition with the changes of the child's."""
    subjects = {s["id"]: s for s in base.get("subject", [])}
    for subject in own.get("subject", []):
        subjects[subject["id"]] = subjects.get(subject["id"], {}) | subject
    items = [item for item in base.get("item", []) if item["name"] not in dropped]
    for item in own.get("item", []):
        _put(items, {k: v for k, v in item.items() if k != "after"}, item.get("after"))
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


def _questionnaire(edition: str, raw: Raw, reader: Reader) -> Questionnaire:
    where = f"templates/forms/{edition}.toml"
    for key in ("edition", "title", "version", "source"):
        if not isinstance(raw.get(key), str):
            reader.problems.append(f"{where}：缺少 {key}")
    return Questionnaire(
        edition=edition,
        title=str(raw.get("title", "")),
        version=str(raw.get("version", "")),
        source=str(raw.get("source", "")),
        sheets=tuple(_sheet(sheet, reader, where) for sheet in raw.get("sheet", [])),
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
    )


def _required_as_sql(item: Raw) -> Raw:
    """`required` is written as true, false or SQL; the noun knows SQL or nothing."""
    required = item.get("required", False)
    sql = {True: "TRUE", False: None}.get(required, required) if isinstance(required, bool) else required
    return item | {"required": sql}

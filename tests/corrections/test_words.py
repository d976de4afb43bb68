"""The words of the sheet of corrections are linted like all definitions."""

from pathlib import Path

import pytest

from bishan_survey.design import load_design
from bishan_survey.errors import DefinitionError
from tests.design.test_lint import RULE, definitions  # noqa: F401 - a fixture


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ('id = "stale"', 'id = "stail"', "stail"),
        ('id = "stale"', 'id = "applied"', "缺少 stale"),
        ('id = "stale"', 'id = "applied"', "applied 定义了2次"),
        ('text = "没有写{columns}"', 'text = "没有写{colums}"', "colums"),
        ('text = "没有写{columns}"', 'text = "没有写{columns"', "不成对"),
        ('text = "新值"', 'text = "原值"', "“原值”有几个意思"),
        ('aliases = ["clear"]', 'aliases = ["更正"]', "“更正”有几个意思"),
        ('kind = "guide"', 'kind = "guid"', "kind"),
        ('text = "清空"', 'texts = "清空"', "texts"),
    ],
)
def test_a_word_with_mistakes_is_refused_by_name(definitions: Path, was: str, now: str, said: str) -> None:  # noqa: F811
    path = definitions / "validators" / "corrections.toml"
    text = path.read_text(encoding="utf-8")
    assert was in text
    path.write_text(text.replace(was, now, 1), encoding="utf-8")
    with pytest.raises(DefinitionError) as raised:
        load_design(definitions)
    assert said in "\n".join(raised.value.problems)


@pytest.mark.parametrize("file", ["implied.toml", "notices.toml", "extra.toml"])
def test_no_definition_accepts_what_only_people_can(definitions: Path, file: str) -> None:  # noqa: F811
    path = definitions / "validators" / file
    text = RULE if file == "extra.toml" else path.read_text(encoding="utf-8")
    old = next(line for line in text.splitlines() if line.startswith("severity") and "hard" in line)
    path.write_text(text.replace(old, 'severity = "accepted"', 1), encoding="utf-8")
    with pytest.raises(DefinitionError) as raised:
        load_design(definitions)
    assert "accepted" in "\n".join(raised.value.problems)

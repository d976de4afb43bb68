"""The policy of findings' lives is refused when it says what cannot be meant."""

from pathlib import Path

import pytest

from bishan_survey.design import load_design
from bishan_survey.errors import DefinitionError
from tests.conftest import ROOT
from tests.design.test_lint import definitions  # noqa: F401 - a fixture

_TEXT = (ROOT / "validators" / "lifecycle.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ("share    = 0.3", "share    = 30", "share 应在0到1之间"),
        ("towns    = 8", "towns    = 0", "应至少是1"),
        ('["name"]', '["nmae"]', "nmae"),
        ("{towns}", "{town}", "只能写"),
        ("{towns}", "{", "只能写"),
        ("records  = 20", "record   = 20", "record"),
        ("[[lifecycle]]", "[[lifecycles]]", "不认识"),
    ],
)
def test_a_policy_with_mistakes_is_refused(definitions: Path, was: str, now: str, said: str) -> None:  # noqa: F811
    assert was in _TEXT
    (definitions / "validators" / "lifecycle.toml").write_text(_TEXT.replace(was, now), encoding="utf-8")
    with pytest.raises(DefinitionError) as raised:
        load_design(definitions)
    assert said in "\n".join(raised.value.problems)

"""The policy of returns is refused when it says what cannot be meant."""

from pathlib import Path

import pytest

from bishan_survey.design import load_design
from bishan_survey.errors import DefinitionError
from tests.design.test_lint import definitions  # noqa: F401 - a fixture


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[returns]]\nsupplement_share = 50\n", "0到1之间"),
        ('[[returns]]\nsupplement_share = "一半"\n', "取值不对"),
        ("[[returns]]\nsuplement_share = 0.5\n", "suplement_share"),
        ("[[returns]]\nsupplement_share = 0.5\n" * 2, "有且只有一条"),
        ("", "有且只有一条"),
    ],
)
def test_a_policy_with_mistakes_is_refused(definitions: Path, text: str, said: str) -> None:  # noqa: F811
    (definitions / "validators" / "returns.toml").write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError) as raised:
        load_design(definitions)
    assert said in "\n".join(raised.value.problems)

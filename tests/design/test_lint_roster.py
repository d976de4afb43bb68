"""The lint finds each kind of mistake in what is said of the roster, by name."""

from pathlib import Path

import pytest

from tests.design.test_lint import definitions, problems

__all__ = ["definitions"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[count]]\nid = "x"\nlabel = "甲"\nwhere = "survey_stats = \'6\'"', "不认识的变量 survey_stats"),
        ('[[count]]\nid = "x"\nlabel = "甲"\nwhere = "survey_status"', "结果类型是 String"),
        ('[[count]]\nid = "listed"\nlabel = "甲"\nwhere = "listed"', "listed 定义了2次"),
        (
            '[[rate]]\nid = "x"\nlabel = "甲"\nnumerator = "listed"\ndenominator = "listed AND able"\n'
            'definition = "甲÷乙"\nsource = "丙"',
            "不认识的变量 able",
        ),
        (
            '[[rate]]\nid = "x"\nlabel = "甲"\nnumerator = "listed"\ndenominator = "listed"\n'
            'definition = ""\nsource = "丙"',
            "缺少 definition 或 source",
        ),
        (
            '[[expiry]]\nid = "x"\nlabel = "甲"\nwhere = "certificate_expires < reference_date"\nsource = "丙"',
            "certificate_expires",
        ),
        ('[[expiry]]\nid = "x"\nlabel = "甲"\nwhere = "valid_until < CURRENT_DATE"\nsource = "丙"', "不能使用当前时间"),
        ('[[roster]]\neach_at_most = 1\nvalid_until = "reference_date"\nsource = "丙"', "应有且只有一条"),
        ('[[count]]\nid = "x"\nlabel = "甲"\nwhere = "listed AND"', "不是合法的 SQL"),
    ],
)
def test_mistakes_are_named(definitions: Path, text: str, said: str) -> None:
    (definitions / "templates" / "roster" / "extra.toml").write_text(text, encoding="utf-8")
    assert said in problems(definitions)

"""The documents say what the program does: generated pages are fresh, links lead somewhere."""

import re
import subprocess
import sys

import pytest

from tests.conftest import ROOT

_PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "sample_data" / "README.md"]


def test_generated_pages_are_fresh() -> None:
    shown = subprocess.run([sys.executable, "docs/generate.py", "--check"], capture_output=True, text=True, cwd=ROOT)
    assert shown.returncode == 0, shown.stdout + shown.stderr


@pytest.mark.parametrize("page", _PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page) -> None:
    text = re.sub(r"```.*?```|`[^`]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
        if "://" not in target:
            assert (page.parent / target).exists(), target


def test_the_readme_names_the_test_command() -> None:
    assert "make test" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert "check: lint test" in (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "make check" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", _PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_pictures_are_there_and_say_in_words_what_they_show(page) -> None:
    for words, target in re.findall(r"!\[([^\]]*)\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        assert len(words) > 20, f"{target} says nothing to those who cannot see it"
        assert (page.parent / target).read_bytes().startswith(b"\x89PNG"), target


def test_every_picture_is_small_and_shown_somewhere() -> None:
    shown = "".join(page.read_text(encoding="utf-8") for page in _PAGES)
    for picture in (ROOT / "docs").rglob("*.png"):
        assert picture.stat().st_size <= 150_000, picture.name
        assert f"/{picture.name})" in shown, picture.name

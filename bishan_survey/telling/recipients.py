"""``recipients.csv``: who in a 镇街 gets its letter; a table that offices keep with a spreadsheet program."""

import csv
from pathlib import Path

from bishan_survey.model import AreaFrame
from bishan_survey.workspace import is_address

RECIPIENTS = "recipients.csv"
_TOWN, _ADDRESS = "镇街", "邮箱"


def read_recipients(path: Path, areas: AreaFrame) -> tuple[dict[str, list[str]], list[str]]:
    """The addresses of each 镇街, by its code, and what is wrong with other lines; nothing if there is no file.

    Args:
        path: the file; a line for each address, its 镇街 by name or code.
        areas: the 镇街 that there are.
    """
    if not path.is_file():
        return {}, []
    lines = csv.DictReader(_text(path).splitlines())
    if not {_TOWN, _ADDRESS} <= set(lines.fieldnames or ()):
        return {}, [f"{path.name} 的第1行应是“{_TOWN},{_ADDRESS}”"]
    codes = {name: code for code, name in areas.towns.items()} | {code: code for code in areas.towns}
    found: dict[str, list[str]] = {}
    problems = []
    for line in lines:
        town, address = (line[_TOWN] or "").strip(), (line[_ADDRESS] or "").strip()
        if town in codes and is_address(address):
            found.setdefault(codes[town], []).append(address)
        elif town or address:
            what = "没有这个镇街" if town not in codes else "邮箱写得不对"
            problems.append(f"{path.name} 第{lines.line_num}行：{what}，没有发")
    return found, problems


def _text(path: Path) -> str:
    """As Notepad or a spreadsheet program has saved it."""
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", "replace")

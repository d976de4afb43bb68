"""Zip archives: what is in them, whatever their names, and nothing of what must not be."""

import io
import zipfile

import pytest

from bishan_survey.reading.archives import MAX_MEMBERS, list_archive, read_member
from bishan_survey.reading.grid import UnreadableFile


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()


def test_members_in_order_of_name_without_droppings() -> None:
    names = ["乙.xlsx", "甲/丙.xlsx", "~$乙.xlsx", "__MACOSX/._乙.xlsx", "Thumbs.db", "甲/.DS_Store", "甲/"]
    content = zipped({name: name.encode() for name in names})
    listing = list_archive(content)
    assert [member.name for member in listing.members] == ["乙.xlsx", "甲/丙.xlsx"]
    assert [read_member(content, member.index).decode() for member in listing.members] == ["乙.xlsx", "甲/丙.xlsx"]


def test_names_of_chinese_windows() -> None:
    content = bytearray(zipped({"AAAA.xlsx": b"x"}))
    for _ in range(2):
        place = content.index(b"AAAA")
        content[place : place + 4] = "璧山".encode("gbk")
    assert [member.name for member in list_archive(bytes(content)).members] == ["璧山.xlsx"]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("../外面.xlsx", "路径不安全"),
        ("/etc/甲.xlsx", "路径不安全"),
        ("C:/甲.xlsx", "路径不安全"),
        ("..\\外面.xlsx", "路径不安全"),
        ("里面.zip", "压缩包里还有压缩包"),
        ("里面.rar", "压缩包里还有压缩包"),
    ],
)
def test_what_is_refused(name: str, why: str) -> None:
    (member,) = list_archive(zipped({name: b"x"})).members
    assert (member.refused, member.sha256) == (why, "")


def test_unknown_compression_and_passwords_are_refused() -> None:
    assert list_archive(zipped({"甲.xlsx": b"x"}, zipfile.ZIP_LZMA)).members[0].refused == "压缩方法不认识"
    content = bytearray(zipped({"a.xlsx": b"x"}))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert list_archive(bytes(content)).members[0].refused == "设有密码"


def test_a_damaged_member_costs_itself_alone() -> None:
    content = bytearray(zipped({"a.xlsx": b"x" * 100, "b.xlsx": b"y" * 100}, zipfile.ZIP_STORED))
    content[content.index(b"x" * 100)] ^= 1
    assert [member.refused for member in list_archive(bytes(content)).members] == ["已损坏", ""]


@pytest.mark.parametrize("content", [b"PK\x03\x04", b"PK\x05\x06" + b"\0" * 10])
def test_a_damaged_archive(content: bytes) -> None:
    with pytest.raises(UnreadableFile, match="F01"):
        list_archive(content)


def test_too_many_members() -> None:
    with pytest.raises(UnreadableFile, match="F03"):
        list_archive(zipped({f"{n}.csv": b"" for n in range(MAX_MEMBERS + 1)}, zipfile.ZIP_STORED))

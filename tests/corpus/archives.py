"""Zip archives of tables: nothing of a good member is lost for the sake of a bad one."""

from dataclasses import replace

from tests.corpus.books import book, books, inline_rows, sheet_xml
from tests.corpus.people import HEADER, ROWS
from tests.corpus.registry import kind
from tests.corpus.texts import csv_text
from tests.corpus.zips import ENCRYPTED, STORED, Member, member, repeated, write_zip, zipped

_GOOD = zipped(book())
_BROKEN = _GOOD[: len(_GOOD) // 2]
_MIB = 2**20
_GBK = 0


def _one(*people: int) -> bytes:
    """A workbook of some of the people."""
    return zipped(books([sheet_xml(inline_rows((HEADER, *(ROWS[n] for n in people))))]))


def _with_good(*bad: Member) -> bytes:
    return write_zip([member("大旺社区.xlsx", _GOOD), *bad])


@kind("archive-of-one.zip")
def archive_of_one() -> bytes:
    """The commonest of all."""
    return zipped({"大旺社区.xlsx": _GOOD})


@kind("archive-of-several.zip")
def archive_of_several() -> bytes:
    """Different formats, in folders."""
    csv = csv_text((HEADER, ROWS[2])).encode("gb18030")
    return zipped({"一/大旺社区.xlsx": _one(0), "一/二/平安村.xlsx": _one(1), "三.csv": csv})


@kind("archive-with-gbk-names.zip")
def archive_with_gbk_names() -> bytes:
    """Chinese Windows writes names in GBK and does not say so."""
    return write_zip([replace(member("大旺社区.xlsx".encode("gbk"), _GOOD), flags=_GBK)])


@kind("archive-with-names-of-no-encoding.zip")
def archive_with_names_of_no_encoding() -> bytes:
    """Bytes that are letters in no encoding: the people count all the same."""
    return write_zip([replace(member(b"\xff\xff\x81\xff.xlsx", _GOOD), flags=_GBK)])


@kind("archive-name-claims-utf8.zip", expect="F01")
def archive_name_claims_utf8() -> bytes:
    """The flag says UTF-8 and the name is GBK."""
    return write_zip([member("大旺社区.xlsx".encode("gbk"), _GOOD)])


@kind("archive-with-one-broken-member.zip", notice="F01")
def archive_with_one_broken_member() -> bytes:
    """The member's own damage is told of the member."""
    return _with_good(member("坏.xlsx", _BROKEN))


@kind("archive-with-wrong-crc.zip", notice="F28")
def archive_with_wrong_crc() -> bytes:
    """One member did not arrive whole."""
    return _with_good(replace(member("坏.xlsx", _GOOD), crc=1))


@kind("archive-with-packed-garbage.zip", notice="F28")
def archive_with_packed_garbage() -> bytes:
    """One member is no deflate stream."""
    return _with_good(replace(member("坏.xlsx", _GOOD), packed=b"\xff" * 99))


@kind("archive-with-encrypted-member.zip", notice="F28")
def archive_with_encrypted_member() -> bytes:
    """A password on one member."""
    good = member("密.xlsx", _GOOD)
    return _with_good(replace(good, flags=good.flags | ENCRYPTED))


@kind("archive-all-encrypted.zip", records=0, notice="F28")
def archive_all_encrypted() -> bytes:
    """A password on the whole archive."""
    good = member("密.xlsx", _GOOD)
    return write_zip([replace(good, flags=good.flags | ENCRYPTED)])


@kind("archive-with-unknown-compression.zip", notice="F28")
def archive_with_unknown_compression() -> bytes:
    """A method of a newer zip program."""
    return _with_good(replace(member("新.xlsx", _GOOD), method=95))


@kind("archive-with-absolute-path.zip", notice="F28")
def archive_with_absolute_path() -> bytes:
    """A name that means a place on our disk."""
    return _with_good(member("/etc/cron.d/a.xlsx", _one(0)))


@kind("archive-with-parent-path.zip", notice="F28")
def archive_with_parent_path() -> bytes:
    """A name that climbs out of the inbox."""
    return _with_good(member("../../三合镇/新场村.xlsx", _one(0)))


@kind("archive-with-drive-letter.zip", notice="F28")
def archive_with_drive_letter() -> bytes:
    """A place on a Windows disk."""
    return _with_good(member("C:\\Windows\\a.xlsx", _one(0)))


@kind("archive-with-parent-path-in-backslashes.zip", notice="F28")
def archive_with_parent_path_in_backslashes() -> bytes:
    """Climbing out the Windows way."""
    return _with_good(member("..\\..\\a.xlsx", _one(0)))


@kind("archive-with-link.zip", notice="F05")
def archive_with_link() -> bytes:
    """A member that says it is a link to a file of ours: its content is only a text."""
    link = replace(member("链接.xlsx", b"/etc/passwd"), system=3, attributes=0o120777 << 16)
    return _with_good(link)


@kind("archive-with-nul-in-a-name.zip", notice="F28")
def archive_with_nul_in_a_name() -> bytes:
    """A name that ends earlier for some readers than for others."""
    return _with_good(member("a.exe\0.xlsx", _one(0)))


@kind("archive-with-line-break-in-a-name.zip")
def archive_with_line_break_in_a_name() -> bytes:
    """Names go into reports, where a line break must not end a row."""
    return zipped({'大旺\r\n社区\t,".xlsx': _GOOD})


@kind("archive-with-names-of-sixty-kilobytes.zip", records=1)
def archive_with_names_of_sixty_kilobytes() -> bytes:
    """Longer than any system allows."""
    return write_zip([member("长" * 20_000 + ".xlsx", _one(0))])


@kind("archive-with-a-name-twice.zip")
def archive_with_a_name_twice() -> bytes:
    """Two members of one name with different people: both are read."""
    return write_zip([member("表.xlsx", _one(0)), member("表.xlsx", _one(1, 2))])


@kind("archive-with-copies-of-one-name.zip", notice="F26")
def archive_with_copies_of_one_name() -> bytes:
    """Three members of one name, the first and the last of which are the same: the one between them is no copy."""
    return write_zip([member("表.xlsx", _one(0)), member("表.xlsx", _one(1, 2)), member("表.xlsx", _one(0))])


@kind("archive-with-empty-name.zip")
def archive_with_empty_name() -> bytes:
    """A member without any name."""
    return _with_good(member("", b"x"))


@kind("archive-in-an-archive.zip", records=0, notice="F28")
def archive_in_an_archive() -> bytes:
    """Told, and not taken apart."""
    return zipped({"里面.zip": zipped({"大旺社区.xlsx": _GOOD})})


@kind("archive-in-an-archive-thirty-deep.zip", records=0, notice="F28")
def archive_in_an_archive_thirty_deep() -> bytes:
    """Who unpacks what is in it until nothing is left never comes to an end."""
    packed = _GOOD
    for level in range(30):
        packed = zipped({f"{level}.zip": packed})
    return packed


@kind("archive-in-disguise-in-an-archive.zip", records=0, notice="F04")
def archive_in_disguise_in_an_archive() -> bytes:
    """An archive whose name says that it is a workbook."""
    return zipped({"里面.xlsx": zipped({"大旺社区.xlsx": _GOOD})})


@kind("archive-of-pictures.zip", records=0, notice="F04")
def archive_of_pictures() -> bytes:
    """No table in it."""
    return zipped({f"{n}.jpg": b"\xff\xd8\xff" + bytes(500) for n in range(5)})


@kind("archive-of-nothing.zip", expect="F34")
def archive_of_nothing() -> bytes:
    """An empty folder was packed."""
    return write_zip([])


@kind("archive-of-folders.zip", expect="F34")
def archive_of_folders() -> bytes:
    """Folders without any file."""
    return zipped({"璧城街道/": b"", "璧城街道/大旺社区/": b""})


@kind("archive-with-leavings-of-macintosh.zip")
def archive_with_leavings_of_macintosh() -> bytes:
    """What a Macintosh, Windows and an open Excel leave beside the table: nobody wants to hear of it."""
    more = ("__MACOSX/._大旺社区.xlsx", ".DS_Store", "Thumbs.db", "desktop.ini", "~$大旺社区.xlsx")
    return _with_good(*(member(name, bytes(range(200))) for name in more))


@kind("archive-cut-in-half.zip", expect="F01")
def archive_cut_in_half() -> bytes:
    """An upload that broke off."""
    whole = archive_of_several()
    return whole[: len(whole) // 2]


@kind("archive-of-a-bomb.zip", notice="F28")
def archive_of_a_bomb() -> bytes:
    """A member that unpacks to 300 MiB beside a good one."""
    return _with_good(repeated("大.csv", b"", b" " * _MIB, 300, b""))


@kind("archive-of-a-bomb-that-claims-to-be-small.zip", notice="F28")
def archive_of_a_bomb_that_claims_to_be_small() -> bytes:
    """The same, and its size in the directory is a lie."""
    return _with_good(replace(repeated("大.csv", b"", b" " * _MIB, 300, b""), size=1_000))


@kind("archive-of-many-bombs.zip", expect="F03")
def archive_of_many_bombs() -> bytes:
    """Ten members of 90 MiB each: none too large, all together are."""
    return _with_good(*(repeated(f"{n}.csv", b"", b" " * _MIB, 90, b"") for n in range(10)))


@kind("archive-of-sixty-thousand.zip", expect="F03")
def archive_of_sixty_thousand() -> bytes:
    """As many members as the format counts."""
    return write_zip(member(f"{n}.csv", b"x", STORED) for n in range(60_000))


@kind("archive-with-member-that-kills-the-reader.zip", notice="F03")
def archive_with_member_that_kills_the_reader() -> bytes:
    """A member with a cell at the last place beside a good one."""
    far = zipped(books([sheet_xml('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')]))
    return _with_good(member("杀.xlsx", far))


@kind("archive-with-folder-named-word.zip")
def archive_with_folder_named_word() -> bytes:
    """Folders may be called as Office calls its own."""
    return zipped({"word/大旺社区.xlsx": _GOOD})


@kind("archive-with-folder-named-xl.zip")
def archive_with_folder_named_xl() -> bytes:
    """The same, as in a workbook."""
    return zipped({"xl/大旺社区.xlsx": _GOOD})


@kind("archive-with-content-xml.zip")
def archive_with_content_xml() -> bytes:
    """A member called as in LibreOffice's files."""
    return _with_good(member("content.xml", b"<x/>"))


@kind("archive-with-password-workbook.zip", notice="F02")
def archive_with_password_workbook() -> bytes:
    """A workbook with a password to open beside a good one."""
    from tests.corpus.parts import encrypted

    return _with_good(member("密.xlsx", encrypted(_GOOD)))

"""Workbooks whose zip container is damaged, lies, or is odd. The parts inside are good."""

import struct
from collections.abc import Iterator
from dataclasses import replace

from tests.corpus.books import SHEET, STYLES, book, inline_rows, sheet_xml
from tests.corpus.people import HEADER, ROWS, TABLE
from tests.corpus.registry import kind
from tests.corpus.zips import DESCRIPTOR, ENCRYPTED, STORED, Member, member, repeated, write_zip, zipped

_END = b"PK\5\6"
_MIB = 2**20
_SMALL = inline_rows(TABLE)


def _members(**changes: object) -> Iterator[Member]:
    """The good workbook's members; the changes are made to the sheet's."""
    yield from _with(SHEET, **changes)


def _with(name: str, **changes: object) -> list[Member]:
    return [
        replace(member(part, content), **changes) if part == name else member(part, content)  # type: ignore[arg-type]
        for part, content in book().items()
    ]


def _beside(*more: Member) -> bytes:
    return write_zip([*_members(), *more])


def _good() -> bytes:
    return zipped(book())


@kind("cut-in-half.xlsx", expect="F01")
def cut_in_half() -> bytes:
    """As an upload that broke off."""
    return _good()[: len(_good()) // 2]


@kind("cut-at-the-last-byte.xlsx", expect="F01")
def cut_at_the_last_byte() -> bytes:
    """All the people are there, but the end record is one byte short."""
    return _good()[:-1]


@kind("cut-after-the-first-bytes.xlsx", expect="F05")
def cut_after_the_first_bytes() -> bytes:
    """Two letters are all that says zip."""
    return b"PK"


@kind("zip-directory-missing.xlsx", expect="F01")
def zip_directory_missing() -> bytes:
    """The members without the directory: some programs would recover them, and nobody knows how many are lost."""
    whole = _good()
    return whole[: whole.index(b"PK\1\2")]


@kind("zip-directory-zeroed.xlsx", expect="F01")
def zip_directory_zeroed() -> bytes:
    """The disk gave zeros where the directory was."""
    whole = _good()
    start, end = whole.index(b"PK\1\2"), whole.rindex(_END)
    return whole[:start] + bytes(end - start) + whole[end:]


@kind("middle-zeroed.xlsx", expect="F01")
def middle_zeroed() -> bytes:
    """The disk gave zeros where the sheet was."""
    whole = _good()
    start = whole.index(SHEET.encode()) + len(SHEET) + 8
    return whole[:start] + bytes(64) + whole[start + 64 :]


@kind("crc-of-sheet-wrong.xlsx", expect="F01")
def crc_of_sheet_wrong() -> bytes:
    """One flipped bit may be a digit of a certificate: what the check sum refuses must not be counted."""
    return write_zip(_members(crc=1))


@kind("crc-of-shared-strings-wrong.xlsx", expect="F01")
def crc_of_shared_strings_wrong() -> bytes:
    """Names and numbers stand in the shared strings."""
    return write_zip(_with("xl/sharedStrings.xml", crc=1))


@kind("crc-of-styles-wrong.xlsx", expect="F01")
def crc_of_styles_wrong() -> bytes:
    """No person stands in the styles, but dates are told by them."""
    return write_zip(_with(STYLES, crc=1))


@kind("local-header-lies-about-name.xlsx")
def local_header_lies_about_name() -> bytes:
    """Directory and local header name different members: every reader here goes by the directory."""
    return write_zip(_members(local_name=b"xl/worksheets/sheet9.xml"))


@kind("local-header-beyond-the-end.xlsx", expect="F01")
def local_header_beyond_the_end() -> bytes:
    """The directory points past the file."""
    return write_zip(_members(offset=2**31))


@kind("local-header-in-the-directory.xlsx", expect="F01")
def local_header_in_the_directory() -> bytes:
    """The directory points at something that is no local header."""
    return write_zip(_members(offset=3))


@kind("sheet-twice-in-zip.xlsx", expect="F01")
def sheet_twice_in_zip() -> bytes:
    """Two members of one name with different people: which of them a reader takes is chance."""
    other = sheet_xml(inline_rows((HEADER, ROWS[2])))
    return _beside(member(SHEET, other.encode()))


@kind("absolute-path-member.xlsx")
def absolute_path_member() -> bytes:
    """Nothing is unpacked to the disk, so such a name harms nothing."""
    return _beside(member("/etc/cron.d/evil", b"evil"))


@kind("parent-path-member.xlsx")
def parent_path_member() -> bytes:
    """The same, upwards."""
    return _beside(member("../../../evil.xml", b"evil"))


@kind("backslashes-in-member-names.xlsx")
def backslashes_in_member_names() -> bytes:
    """Some export programs for Windows write names so; Excel opens the file."""
    return zipped({name.replace("/", "\\"): content for name, content in book().items()})


@kind("encrypted-member.xlsx", expect="F01")
def encrypted_member() -> bytes:
    """A workbook packed again with a password of the zip program: no reader of workbooks opens that."""
    return write_zip(replace(one, flags=one.flags | ENCRYPTED) for one in _members())


@kind("unsupported-compression.xlsx", expect="F01")
def unsupported_compression() -> bytes:
    """A method that nobody knows."""
    return write_zip(_members(method=77))


@kind("deflate64-compression.xlsx", expect="F01")
def deflate64_compression() -> bytes:
    """Windows itself packs large files so; what stands here is no deflate64."""
    return write_zip(_members(method=9, packed=b"\xff" * 50))


@kind("packed-bytes-are-garbage.xlsx", expect="F01")
def packed_bytes_are_garbage() -> bytes:
    """Not a deflate stream at all."""
    return write_zip(_members(packed=b"\xff\xfe\xfd" * 99))


@kind("not-compressed.xlsx")
def not_compressed() -> bytes:
    """Members may be stored as they are."""
    return write_zip(member(name, content, STORED) for name, content in book().items())


@kind("streamed-with-data-descriptors.xlsx")
def streamed_with_data_descriptors() -> bytes:
    """Programs that write to a pipe put sizes and check sum behind the content."""
    return write_zip(_streamed(one) for one in _members())


def _streamed(one: Member) -> Member:
    trailer = struct.pack("<4s3I", b"PK\7\x08", one.crc, len(one.packed), one.size)
    size = len(one.packed)
    return replace(one, flags=one.flags | DESCRIPTOR, packed=one.packed + trailer, packed_size=size)


@kind("zip64-honest.xlsx")
def zip64_honest() -> bytes:
    """Sizes in the extra field for large files, though the file is small: LibreOffice and Java do so."""
    return write_zip(_zip64(one, one.size) for one in _members())


@kind("zip64-size-lies.xlsx", expect="F03")
def zip64_size_lies() -> bytes:
    """Claims a member of eight exbibytes."""
    return write_zip(_zip64(one, 2**63 - 1) for one in _members())


@kind("zip64-end-lies.xlsx", expect="F01")
def zip64_end_lies() -> bytes:
    """The end record of zip64 points nowhere."""
    whole = _good()
    at = whole.rindex(_END)
    end64 = struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, 2**62, 2**62, 2**62, 2**62)
    locator = struct.pack("<4sIQI", b"PK\6\7", 0, at, 1)
    return whole[:at] + end64 + locator + struct.pack("<4s4H2IH", _END, 0, 0, 65535, 65535, 2**32 - 1, 2**32 - 1, 0)


@kind("zip64-extra-field-cut-off.xlsx", expect="F01")
def zip64_extra_field_cut_off() -> bytes:
    """The extra field is shorter than it says."""
    return write_zip(_members(size=2**32 - 1, extra=struct.pack("<2HI", 1, 8, 0)))


def _zip64(one: Member, size: int) -> Member:
    return replace(one, size=2**32 - 1, extra=struct.pack("<2HQ", 1, 8, size))


@kind("directory-claims-many-members.xlsx", expect="F01")
def directory_claims_many_members() -> bytes:
    """The end record counts more members than the directory has."""
    whole = _good()
    at = whole.rindex(_END)
    return whole[: at + 8] + struct.pack("<2H", 60_000, 60_000) + whole[at + 12 :]


@kind("directory-claims-to-be-elsewhere.xlsx", expect="F01")
def directory_claims_to_be_elsewhere() -> bytes:
    """The end record gives the directory a size beyond the file."""
    whole = _good()
    at = whole.rindex(_END)
    return whole[: at + 12] + struct.pack("<2I", 2**31, 2**31) + whole[at + 20 :]


@kind("bomb-of-blanks-in-the-sheet.xlsx", expect="F03")
def bomb_of_blanks_in_the_sheet() -> bytes:
    """Three hundred kilobytes that unpack to 300 MiB."""
    return write_zip([*_without_sheet(), _bomb(300)])


@kind("bomb-that-claims-to-be-small.xlsx", expect="F03")
def bomb_that_claims_to_be_small() -> bytes:
    """The same, and both headers say that it is as small as a village's sheet: sizes there are only claims."""
    return write_zip([*_without_sheet(), replace(_bomb(300), size=4000)])


@kind("bomb-beside-the-table.xlsx", expect="F03")
def bomb_beside_the_table() -> bytes:
    """A picture that unpacks to 300 MiB beside a good sheet."""
    return _beside(repeated("xl/media/image1.bmp", b"BM", bytes(_MIB), 300, b""))


@kind("bomb-in-styles.xlsx", expect="F03")
def bomb_in_styles() -> bytes:
    """The styles claim to be small and unpack to 300 MiB: the guard must look at every part."""
    others = [one for one in _members() if one.name != STYLES.encode()]
    bomb = repeated(STYLES, b"<styleSheet>", b" " * _MIB, 300, b"</styleSheet>")
    return write_zip([*others, replace(bomb, size=600)])


@kind("claims-four-gigabytes.xlsx", expect="F03")
def claims_four_gigabytes() -> bytes:
    """The sheet is small and both headers claim 4 GiB."""
    return write_zip(_members(size=2**32 - 2))


@kind("members-that-overlap.xlsx", expect="F03")
def members_that_overlap() -> bytes:
    """One packed MiB, which five hundred entries of the directory share: 500 MiB out of a few kilobytes."""
    first = repeated("0", b"", bytes(_MIB), 1, b"")
    same = replace(first, packed=b"", packed_size=len(first.packed), local_name=b"0", offset=0)
    return write_zip([first, *(replace(same, name=b"%d" % n) for n in range(1, 500)), *_members()])


@kind("sixty-thousand-members.xlsx")
def sixty_thousand_members() -> bytes:
    """A directory that takes longer to walk than the table takes to read."""
    return _beside(*(member(f"xl/media/image{n}.png", b"", STORED) for n in range(60_000)))


@kind("member-names-of-sixty-kilobytes.xlsx")
def member_names_of_sixty_kilobytes() -> bytes:
    """Names as long as the field allows."""
    return _beside(*(member(f"{n}" + "x" * 60_000, b"", STORED) for n in range(20)))


@kind("junk-before-the-zip.xlsx", expect="F04")
def junk_before_the_zip() -> bytes:
    """A self-unpacking archive: a program first."""
    return b"MZ" + bytes(510) + _good()


@kind("junk-after-the-zip.xlsx")
def junk_after_the_zip() -> bytes:
    """Some mail gateways append a line of their own."""
    return _good() + b"\r\n-- scanned, no virus found --\r\n"


@kind("zip-comment.xlsx")
def zip_comment() -> bytes:
    """The end record is not at the end, but a comment."""
    return write_zip(_members(), comment=b"c" * 60_000)


@kind("zip-comment-that-is-an-end-record.xlsx", expect="F34")
def zip_comment_that_is_an_end_record() -> bytes:
    """A second end record inside the comment: readers that search from different sides see different files."""
    return write_zip(_members(), comment=write_zip([]))


@kind("part-names-in-capitals.xlsx")
def part_names_in_capitals() -> bytes:
    """Names of parts are the same in capitals, says the standard."""
    capital = {"xl/workbook.xml": "xl/WORKBOOK.xml", SHEET: "xl/worksheets/SHEET1.XML"}
    return zipped({capital.get(name, name): content for name, content in book().items()})


@kind("zip-of-nothing.xlsx", expect="F34")
def zip_of_nothing() -> bytes:
    """An end record alone: a folder that was packed empty."""
    return write_zip([])


@kind("zip-of-empty-parts.xlsx", expect="F01")
def zip_of_empty_parts() -> bytes:
    """The names are right and every part is empty: the disk was full."""
    return zipped(dict.fromkeys(book(), b""))


@kind("members-are-folders.xlsx", expect="F34")
def members_are_folders() -> bytes:
    """Every name ends in a slash."""
    return zipped({f"{name}/": b"" for name in book()})


@kind("spanned-over-disks.xlsx", expect="F01")
def spanned_over_disks() -> bytes:
    """The end record says that this is the last of three disks."""
    whole = _good()
    at = whole.rindex(_END)
    return whole[: at + 4] + struct.pack("<2H", 2, 2) + whole[at + 8 :]


def _without_sheet() -> list[Member]:
    return [one for one in _members() if one.name != SHEET.encode()]


def _bomb(mebibytes: int) -> Member:
    head, tail = sheet_xml(_SMALL).split("</sheetData>")
    return repeated(SHEET, head.encode(), b" " * _MIB, mebibytes, f"</sheetData>{tail}".encode())

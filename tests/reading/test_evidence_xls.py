"""Evidence in .xls files, which are written here record by record, and by LibreOffice where it is installed."""

import contextlib
import io
import shutil
import struct
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import example, given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from bishan_survey.reading.evidence_xls import evidence_of_xls, readable_xls
from bishan_survey.reading.grid import Evidence, UnreadableFile

EXCEL_95, EXCEL_97 = 0x0500, 0x0600
END, FREE, FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
SUMMARY = "\x05SummaryInformation"


def container(streams: Mapping[str, bytes]) -> bytes:
    """An OLE container; streams are padded to the size from which they have sectors of their own."""
    padded = {name: data.ljust(max(4096, -(-len(data) // 512) * 512), b"\0") for name, data in streams.items()}
    directory = (len(padded) + 4) // 4
    fat = [FAT, *range(2, directory + 1), END]
    entries = [entry("Root Entry", 5, END, 0, child=1)]
    for number, (name, data) in enumerate(padded.items(), start=1):
        entries.append(entry(name, 2, len(fat), len(data), after=number + 1 if number < len(padded) else FREE))
        fat += [*range(len(fat) + 1, len(fat) + len(data) // 512), END]
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<9I", 0, 1, 1, 0, 4096, END, 0, END, 0) + struct.pack("<109I", 0, *[FREE] * 108)
    assert len(fat) <= 128
    table = struct.pack("<128I", *fat, *[FREE] * (128 - len(fat)))
    return header + table + b"".join(entries).ljust(directory * 512, b"\0") + b"".join(padded.values())


def entry(name: str, kind: int, start: int, size: int, child: int = FREE, after: int = FREE) -> bytes:
    raw = f"{name}\0".encode("utf-16-le")
    return struct.pack("<64sHBBIII36xIQ", raw, len(raw), kind, 1, FREE, after, child, start, size)


def record(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def stream(
    sheets: Mapping[str, bytes], version: int = EXCEL_97, code_page: int | None = 1200, more: bytes = b""
) -> bytes:
    """A workbook's records: what is true of all, then the sheets one after the other."""

    def name(text: str) -> bytes:
        if version == EXCEL_95:
            raw = text.encode("gbk")
            return bytes([len(raw)]) + raw
        return (
            bytes([len(text), 0]) + text.encode()
            if text.isascii()
            else bytes([len(text), 1]) + text.encode("utf-16-le")
        )

    def beginning(starts: list[int]) -> bytes:
        page = record(0x42, struct.pack("<H", code_page)) if code_page is not None else b""
        bounds = [
            record(0x85, struct.pack("<IBB", start, 0, 0) + name(text))
            for text, start in zip(sheets, starts, strict=True)
        ]
        return record(0x809, struct.pack("<HHHH", version, 5, 0, 0)) + page + more + b"".join(bounds) + record(0x0A)

    bodies = [
        record(0x809, struct.pack("<HHHH", version, 0x10, 0, 0)) + body + record(0x0A) for body in sheets.values()
    ]
    first = len(beginning([0] * len(sheets)))
    starts = [first + sum(map(len, bodies[:number])) for number in range(len(bodies))]
    return beginning(starts) + b"".join(bodies)


def xls(sheets: Mapping[str, bytes], version: int = EXCEL_97, code_page: int | None = 1200, more: bytes = b"") -> bytes:
    return container({"Book" if version == EXCEL_95 else "Workbook": stream(sheets, version, code_page, more)})


def number(row: int, column: int) -> bytes:
    return record(0x203, struct.pack("<HHHd", row, column, 0, 7.5))


def label(row: int, column: int, text: str, version: int = EXCEL_97, kind: int = 0x204) -> bytes:
    raw = text.encode("gbk") if version == EXCEL_95 else b"\1" + text.encode("utf-16-le")
    length = len(raw) if version == EXCEL_95 else len(text)
    return record(kind, struct.pack("<HHHH", row, column, 0, length) + raw)


def error(row: int, column: int, code: int, is_error: int = 1) -> bytes:
    return record(0x205, struct.pack("<HHHBB", row, column, 0, code, is_error))


def formula(row: int, column: int, result: bytes) -> bytes:
    return record(0x06, struct.pack("<HHH8sHIH", row, column, 0, result, 0, 0, 0))


def row(number: int, flags: int = 0) -> bytes:
    return record(0x208, struct.pack("<HHHHHHHH", number, 0, 9, 255, 0, 0, flags, 15))


def columns(first: int, last: int, flags: int = 0) -> bytes:
    return record(0x7D, struct.pack("<HHHHHH", first, last, 2000, 15, flags, 0))


def span(rows: int, columns: int) -> bytes:
    return record(0x200, struct.pack("<IIHHH", 0, rows, 0, columns, 0))


def cells(content: bytes) -> dict[str, list[list[object]]]:
    """What python-calamine reads."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: list(book.get_sheet_by_name(name).to_python(skip_empty_area=False)) for name in book.sheet_names}


@pytest.mark.parametrize("version", [EXCEL_95, EXCEL_97])
class TestBothVersions:
    def test_errors(self, version: int) -> None:
        codes = (0x00, 0x07, 0x0F, 0x17, 0x1D, 0x24, 0x2A)
        shown = ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A")
        written = b"".join(error(2, column, code) for column, code in enumerate(codes))
        written += formula(3, 1, b"\x02\0\x2a\0\0\0\xff\xff") + error(4, 0, 1, is_error=0)
        evidence, _ = evidence_of_xls(xls({"Sheet1": number(0, 0) + written}, version))
        assert evidence == {"Sheet1": Evidence({(2, n): text for n, text in enumerate(shown)} | {(3, 1): "#N/A"})}

    def test_formulas_with_other_results_are_no_evidence(self, version: int) -> None:
        results = (b"\0\0\0\0\0\0\xff\xff", b"\1\0\1\0\0\0\xff\xff", b"\3\0\0\0\0\0\xff\xff", struct.pack("<d", 2.0))
        written = b"".join(formula(0, n, result) for n, result in enumerate(results))
        assert evidence_of_xls(xls({"S": written}, version))[0] == {"S": Evidence()}

    def test_hidden_rows_and_columns(self, version: int) -> None:
        written = columns(0, 1) + columns(3, 4, 1) + columns(255, 256, 1)
        written += b"".join(row(n, 0x20 if n in (5, 7) else 0x1C0) for n in range(9)) + number(5, 0)
        evidence, _ = evidence_of_xls(xls({"S": written}, version))
        assert evidence["S"] == Evidence(hidden_rows=(5, 7), hidden_columns=(3, 4, 255))

    def test_each_sheet_has_its_own(self, version: int) -> None:
        content = xls({"持证残疾人": error(0, 0, 0x2A), "Sheet2": number(0, 0), "资源": row(3, 0x20)}, version, 936)
        evidence, _ = evidence_of_xls(content)
        assert evidence == {
            "持证残疾人": Evidence({(0, 0): "#N/A"}),
            "Sheet2": Evidence(),
            "资源": Evidence(hidden_rows=(3,)),
        }

    def test_runs_of_plain_records_are_passed_over_and_nothing_else(self, version: int) -> None:
        plain = number(0, 0) + record(0xFD, bytes(10)) + record(0x27E, bytes(10)) + record(0x201, bytes(6)) + row(1)
        written = plain * 3 + record(0xFD, bytes(11)) + error(7, 7, 0x2A) + plain + row(9, 0x20) + plain
        evidence, _ = evidence_of_xls(xls({"S": written}, version))
        assert evidence["S"] == Evidence({(7, 7): "#N/A"}, (9,))


class TestDamaged:
    def test_no_container(self) -> None:
        for content in (b"", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", bytes(5000), container({"WordDocument": b""})):
            assert evidence_of_xls(content) == ({}, None)
            assert readable_xls(content) == (content, None)

    def test_wherever_the_stream_is_cut_off(self) -> None:
        whole = stream(
            {"甲": columns(1, 2, 1) + error(0, 0, 0x2A) + row(3, 0x20), "乙": error(1, 1, 0x07)}, code_page=936
        )
        for end in range(len(whole)):
            content = container({"Workbook": whole[:end] + bytes([0xFF] * 40)})
            with contextlib.suppress(UnreadableFile):  # the rest may look like a cell far away
                evidence_of_xls(content)
            readable_xls(content)

    def test_wherever_the_container_is_cut_off(self) -> None:
        whole = xls({"S": error(0, 0, 0x2A)}, code_page=936)
        for end in range(0, len(whole), 64):
            evidence_of_xls(whole[:end])
            readable_xls(whole[:end])

    def test_what_stands_before_the_damage_is_told(self) -> None:
        written = stream({"S": error(0, 0, 0x2A) + struct.pack("<HH", 0x205, 60_000)})
        assert evidence_of_xls(container({"Workbook": written}))[0] == {"S": Evidence({(0, 0): "#N/A"})}

    def test_records_that_are_too_short(self) -> None:
        written = b"".join(record(kind) for kind in (0x205, 0x06, 0x208, 0x7D, 0x200, 0xBD, 0x203))
        assert evidence_of_xls(xls({"S": written}, more=record(0x42) + record(0x85)))[0] == {"S": Evidence()}

    def test_an_encrypted_workbook_is_refused(self) -> None:
        content = xls({"S": error(0, 0, 0x2A)}, more=record(0x2F, bytes(6)))
        with pytest.raises(UnreadableFile, match="F02"):
            evidence_of_xls(content)

    def test_unknown_errors_are_errors(self) -> None:
        assert evidence_of_xls(xls({"S": error(0, 0, 0x99)}))[0]["S"].texts == {(0, 0): "#ERROR"}

    @given(st.lists(st.tuples(st.integers(0, 0x300), st.binary(max_size=24))), st.binary(max_size=40))
    @example([(0x2F, b"")], b"")
    def test_whatever_the_records(self, records: list[tuple[int, bytes]], rest: bytes) -> None:
        body = b"".join(record(kind, data) for kind, data in records) + rest
        for content in (xls({"S": body}, more=record(0x42)), container({"Workbook": body})):
            for look in (evidence_of_xls, readable_xls):
                with contextlib.suppress(UnreadableFile):  # encrypted, or a cell far away
                    look(content)


class TestHuge:
    def test_a_value_in_the_last_cell_is_refused(self) -> None:
        for said in (b"", span(65536, 256)):
            with pytest.raises(UnreadableFile, match="F03"):
                evidence_of_xls(xls({"S": said + number(0, 0) + number(65535, 255)}))

    def test_the_last_of_many_numbers_counts(self) -> None:
        many = record(0xBD, struct.pack("<HH", 999, 0) + bytes(60) + struct.pack("<H", 9))
        evidence_of_xls(xls({"S": many}), 10_000)
        with pytest.raises(UnreadableFile, match="F03"):
            evidence_of_xls(xls({"S": many}), 9_999)

    def test_formats_alone_take_no_room(self) -> None:
        blank = record(0x201, struct.pack("<HHH", 65535, 255, 15))
        assert evidence_of_xls(xls({"S": span(65536, 256) + number(0, 0) + blank}))[0] == {"S": Evidence()}


class TestCodePages:
    def test_excel_95_in_chinese_is_read_byte_by_byte(self) -> None:
        written = label(0, 0, "姓名", EXCEL_95) + label(1, 0, "王小明a", EXCEL_95, 0xD6)
        content = xls({"持证残疾人": written}, EXCEL_95, 936)
        assert "持证残疾人" not in cells(content)
        patched, encoding = readable_xls(content)
        assert encoding == "gb18030"
        ((name, rows),) = cells(patched).items()
        texts = [name, *(str(cell) for row in rows for cell in row)]
        assert [text.encode("latin-1").decode(encoding) for text in texts] == ["持证残疾人", "姓名", "王小明a"]

    @pytest.mark.parametrize("code_page", [936, 1252, 437])
    def test_excel_97_is_utf_16_whatever_its_code_page(self, code_page: int) -> None:
        patched, encoding = readable_xls(xls({"持证": label(0, 0, "姓名")}, code_page=code_page))
        assert (cells(patched), encoding) == ({"持证": [["姓名"]]}, None)

    def test_what_is_right_is_left_alone(self) -> None:
        for code_page in (1200, None):
            content = xls({"持证": label(0, 0, "姓名")}, code_page=code_page)
            assert readable_xls(content)[0] is content

    @pytest.mark.parametrize(
        ("code_page", "encoding"),
        [(None, "gb18030"), (936, "gb18030"), (1252, "cp1252"), (32768, "mac-roman"), (9999, "gb18030")],
    )
    def test_encodings_of_excel_95(self, code_page: int | None, encoding: str) -> None:
        assert readable_xls(xls({"S": number(0, 0)}, EXCEL_95, code_page))[1] == encoding


class TestSavedAt:
    @staticmethod
    def summary(ticks: int) -> bytes:
        section = struct.pack("<IIIIIQ", 28, 1, 13, 16, 0x40, ticks)
        return struct.pack("<HHI16sI16sI", 0xFFFE, 0, 2, b"", 1, b"", 48) + section

    @pytest.mark.parametrize(
        ("ticks", "time"), [(133_000_000_000_000_000, "2022-06-18T04:26:40Z"), (0, None), (2**64 - 1, None)]
    )
    def test_times(self, ticks: int, time: str | None) -> None:
        content = container({"Workbook": stream({"S": number(0, 0)}), SUMMARY: self.summary(ticks)})
        assert evidence_of_xls(content) == ({"S": Evidence()}, time)

    def test_a_damaged_summary_costs_only_the_time(self) -> None:
        content = container({"Workbook": stream({"S": error(0, 0, 0x2A)}), SUMMARY: b"\xff" * 100})
        assert evidence_of_xls(content) == ({"S": Evidence({(0, 0): "#N/A"})}, None)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed")
def test_what_libreoffice_writes(tmp_path: Path) -> None:
    source = tmp_path / "表.xlsx"
    with xlsxwriter.Workbook(str(source)) as book:
        page, last = book.add_worksheet("持证残疾人"), book.add_worksheet("Sheet2")
        page.write_row("A1", ["姓名", "年龄"])
        formulas = {"=NA()": "#N/A", "=1/0": "#DIV/0!", "=nosuch()": "#NAME?", "=1+1": 2, '=""': ""}
        for column, (formula_text, result) in enumerate(formulas.items()):
            page.write_formula(1, column, formula_text, None, result)
        page.set_row(4, None, None, {"hidden": True})
        page.write("A5", "藏")
        last.set_column("C:D", None, None, {"hidden": True})
        last.write("C1", 1)
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "xls", "--outdir", str(tmp_path), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    evidence, saved_at = evidence_of_xls(source.with_suffix(".xls").read_bytes())
    assert evidence == {
        "持证残疾人": Evidence({(1, 0): "#N/A", (1, 1): "#DIV/0!", (1, 2): "#NAME?"}, (4,)),
        "Sheet2": Evidence(hidden_columns=(2, 3)),
    }
    assert saved_at

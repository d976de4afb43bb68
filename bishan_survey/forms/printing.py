"""How our forms are printed."""

from xlsxwriter.worksheet import Worksheet

_A3 = 8


def print_setup(sheet: Worksheet, repeat: tuple[int, int], version: str, pages_wide: int = 1) -> None:
    """A3 landscape, the header on every page, the version and the page at its foot."""
    sheet.set_landscape()
    sheet.set_paper(_A3)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.fit_to_pages(pages_wide, 0)
    sheet.repeat_rows(*repeat)
    sheet.set_footer(f"&L{version.replace('&', '&&')}&C第 &P 页，共 &N 页")

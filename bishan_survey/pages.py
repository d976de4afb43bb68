"""Pages in one file each: no script, nothing from elsewhere, to be read on any screen, on paper, and aloud.

What people read is told by words; colours only repeat it, and all of them have enough contrast by day and by night.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

_STYLE = """\
:root{color-scheme:light dark;--ink:#16202a;--soft:#46525e;--paper:#fff;--band:#eef2f6;--line:#767e86;--link:#0b4f9c;
--good:#0b5d2a;--bad:#9b1c1c;--open:#7a4b00;--mark:#0b4f9c}
@media (prefers-color-scheme:dark){:root{--ink:#e8edf2;--soft:#b4bec8;--paper:#12181f;--band:#1e2833;--line:#8b96a1;
--link:#8ec5ff;--good:#7fdca0;--bad:#ff9d96;--open:#ffc56b;--mark:#8ec5ff}}
*{box-sizing:border-box}
body{margin:0;font:16px/1.6 system-ui,"Microsoft YaHei","Noto Sans CJK SC",sans-serif;color:var(--ink);
background:var(--paper)}
header,nav,main,footer{max-width:76rem;margin:0 auto;padding:.5rem 1rem}
h1{font-size:1.6rem;margin:.6rem 0 0}h2{font-size:1.25rem;margin:2rem 0 .5rem;border-bottom:1px solid var(--line)}
h3{font-size:1.05rem;margin:1.2rem 0 .3rem}p{margin:.4rem 0}.soft{color:var(--soft)}
a{color:var(--link)}a:focus,summary:focus,[tabindex]:focus{outline:3px solid var(--mark);outline-offset:2px}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:.5rem;background:var(--paper);padding:.5rem}
nav ul{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;list-style:none;margin:0;padding:0}
.wide{overflow-x:auto;margin:.8rem 0}table{border-collapse:collapse}
caption{text-align:left;font-weight:bold;padding:.2rem 0}
th,td{border:1px solid var(--line);padding:.25rem .5rem;text-align:left;vertical-align:top}
thead th{background:var(--band)}
tbody th{min-width:5.5em}thead th:nth-child(n+2){min-width:4em}
td.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
ul.chips{display:flex;flex-wrap:wrap;gap:.15rem .8rem;list-style:none;margin:0;padding:0}
ul.chips li{white-space:nowrap}.good{color:var(--good)}.bad{color:var(--bad);font-weight:bold}.open{color:var(--open)}
dl.facts{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem;margin:.6rem 0}dt{color:var(--soft)}
dd{margin:0;font-variant-numeric:tabular-nums}code{font-family:monospace;overflow-wrap:anywhere}
svg{max-width:100%;height:auto}svg text{fill:var(--ink);font-size:13px}svg .line{stroke:var(--mark);fill:none}
svg .dot{fill:var(--mark)}details{margin:.5rem 0}summary{cursor:pointer}
@media (max-width:40rem){dl.facts{grid-template-columns:1fr}dd{margin-left:1rem}}
@media (prefers-reduced-motion:no-preference){html{scroll-behavior:smooth}}
@media print{nav,.skip{display:none}body{font-size:10pt}.wide{overflow:visible}tr,li{break-inside:avoid}
thead{display:table-header-group}h2,h3{break-after:avoid}}
"""


class Html(str):
    """Text that is mark-up already; all other text is escaped."""

    __slots__ = ()


Cell = str | int | float | None


@dataclass(frozen=True)
class Section:
    """A part of a page, with a heading of its own."""

    id: str
    title: str
    parts: Sequence[str]


def page(title: str, intro: Sequence[str], sections: Sequence[Section], footer: Sequence[str] = ()) -> str:
    """A whole page: title and introduction, a way to each of the sections, the sections.

    Args:
        title: in words.
        intro: mark-up below the title.
        sections: in order.
        footer: mark-up at the end.
    """
    ways = "".join(f'<li><a href="#{section.id}">{escape(section.title)}</a></li>' for section in sections)
    body = [
        f'<section id="{section.id}" aria-labelledby="{section.id}-title">\n'
        f'<h2 id="{section.id}-title">{escape(section.title)}</h2>\n' + "\n".join(section.parts) + "\n</section>"
        for section in sections
    ]
    return "\n".join(
        [
            '<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>",
            '<a class="skip" href="#content">跳到正文</a>',
            f"<header>\n<h1>{escape(title)}</h1>",
            *intro,
            f'</header>\n<nav aria-label="目录"><ul>{ways}</ul></nav>\n<main id="content">',
            *body,
            "</main>",
            *(["<footer>", *footer, "</footer>"] if footer else []),
            "</body>\n</html>\n",
        ]
    )


def paragraph(text: str, kind: str = "") -> str:
    """A paragraph of text."""
    return f"<p{_class(kind)}>{_marked(text)}</p>"


def facts(pairs: Iterable[tuple[str, Cell]]) -> str:
    """What, and how many."""
    told = "".join(f"<dt>{escape(what)}</dt><dd>{_marked(_text(value))}</dd>" for what, value in pairs)
    return f'<dl class="facts">{told}</dl>'


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """A table; the first cell of each row is its header. It scrolls within itself where the screen is narrow."""
    return "\n".join(_table(caption, head, rows))


def _table(caption: str, head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    yield f'<div class="wide" role="region" aria-label="{escape(caption)}" tabindex="0"><table>'
    yield f"<caption>{escape(caption)}</caption>"
    yield "<thead><tr>" + "".join(f'<th scope="col">{escape(text)}</th>' for text in head) + "</tr></thead><tbody>"
    for first, *others in rows:
        yield f'<tr><th scope="row">{_marked(_text(first))}</th>' + "".join(map(_data, others)) + "</tr>"
    yield "</tbody></table></div>"


def folded(summary: str, part: str) -> str:
    """Something long that people unfold."""
    return f"<details><summary>{escape(summary)}</summary>\n{part}\n</details>"


def link(to: str, text: str) -> Html:
    """A link to a file beside the page, or to a place in it."""
    return Html(f'<a href="{escape(to)}">{escape(text)}</a>')


def chips(items: Iterable[tuple[str, str]]) -> Html:
    """A list in little room: text of each, and ``good``, ``bad``, ``open`` or nothing."""
    return Html('<ul class="chips">' + "".join(f"<li{_class(kind)}>{escape(t)}</li>" for t, kind in items) + "</ul>")


def trend(title: str, parts: Sequence[Sequence[tuple[str, float]]], unit: str, place: str, mark: str) -> str:
    """A line over the years, drawn; the same numbers must stand in a table beside it.

    Args:
        title: what it shows.
        parts: year and value, at least two in all; parts do not compare, and the line is interrupted between them.
        unit: of the values.
        place: an id that nothing else on the page has.
        mark: stands where a part begins that does not compare with the one before.
    """
    points = [point for part in parts for point in part]
    firsts = {part[0][0] for part in [part for part in parts if part][1:]}
    width, height, margin = 90 * len(points), 110, 30
    values = [value for _, value in points]
    low, span = min(values), max(values) - min(values) or 1.0
    spots = [(45 + 90 * n, height - margin - (value - low) / span * 50) for n, (_, value) in enumerate(points)]
    marked = [(year, f"{mark if year in firsts else ''}{value:g}") for year, value in points]
    said = "，".join(f"{year}年{value}{unit}" for year, value in marked)
    lines = "".join(
        f'<polyline class="line" stroke-width="2" points="{" ".join(f"{x:g},{y:g}" for x, y in spots[at : at + n])}"/>'
        for at, n in _places(parts)
    )
    marks = "".join(
        f'<circle class="dot" cx="{x:g}" cy="{y:g}" r="4"/>'
        f'<text x="{x:g}" y="{y - 9:g}" text-anchor="middle">{value}</text>'
        f'<text x="{x:g}" y="{height - 6}" text-anchor="middle">{escape(year)}</text>'
        for (x, y), (year, value) in zip(spots, marked, strict=True)
    )
    return (
        f'<svg role="img" aria-labelledby="{place}-t {place}-d" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}"><title id="{place}-t">{escape(title)}</title><desc id="{place}-d">{escape(said)}</desc>'
        f"{lines}{marks}</svg>"
    )


def _places(parts: Sequence[Sequence[object]]) -> Iterator[tuple[int, int]]:
    """Where each part begins among all of them, and how long it is."""
    at = 0
    for part in parts:
        yield at, len(part)
        at += len(part)


def _class(kind: str) -> str:
    return f' class="{kind}"' if kind else ""


def _data(value: Cell) -> str:
    number = isinstance(value, int | float)
    return f"<td{_class('number' if number else '')}>{_marked(_text(value))}</td>"


def _text(value: Cell) -> str:
    """A value as people read it."""
    if value is None:
        return "—"
    return value if isinstance(value, str) else f"{value:,.10g}"


def _marked(text: str) -> str:
    return text if isinstance(text, Html) else escape(text)

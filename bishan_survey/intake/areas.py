"""Villages and 镇街 looked up in the area frame by what people write, and never guessed."""

import re
import unicodedata
from dataclasses import dataclass

from bishan_survey.model import AreaFrame, SheetLayout, Village

_GROUP = re.compile(r"第?[0-9一二三四五六七八九十]{1,3}(?:组|队|社|小组|村民小组|居民小组)$")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_CODE = re.compile(r"(?<!\d)\d{12}(?!\d)")


@dataclass(frozen=True, slots=True)
class Named:
    """A village that a text names."""

    village: Village
    former: str = ""
    """The name it went by formerly, where that is what the text says."""


class AreaIndex:
    """Looks villages up by code, and by name within their 镇街: short names are not unique over the district."""

    def __init__(self, frame: AreaFrame, layout: SheetLayout) -> None:
        """Learn every name; the layout knows by what names end, and after which words they begin."""
        self.frame = frame
        self._before = (*layout.before_village, frame.district)
        self._suffixes = sorted(layout.village_suffixes, key=len, reverse=True)
        self._towns = {_plain(name): code for code, name in frame.towns.items()}
        self._names: dict[str, dict[str, set[str]]] = {}
        self._stems: dict[str, dict[str, set[str]]] = {}
        for village in frame.villages:
            self._learn(village.town_code, village.name, village.code)
        self._former: dict[tuple[str, str], str] = {}
        for town, name, code in frame.former_names:
            for spelling in self._spellings(name):
                if spelling not in self._names.get(town, {}):
                    self._former[code, spelling] = name
            self._learn(town, name, code)

    def _learn(self, town: str, name: str, code: str) -> None:
        for spelling in self._spellings(name):
            for home in (town, ""):
                self._names.setdefault(home, {}).setdefault(spelling, set()).add(code)
        for home in (town, ""):
            self._stems.setdefault(home, {}).setdefault(self._stem(name), set()).add(code)

    def _stem(self, name: str) -> str:
        """A village's name without what kind of place it is."""
        name = _plain(name)
        suffix = next((suffix for suffix in self._suffixes if name.endswith(suffix)), "")
        return name.removesuffix(suffix).removesuffix("社区" if "居" in suffix else "村")

    def _spellings(self, name: str) -> set[str]:
        """A village's name in full, as 社区 or 村 alone, and with every suffix of the same kind."""
        name = _plain(name)
        for suffix in self._suffixes:
            if name.endswith(suffix):
                kind = "社区" if "居" in suffix else "村"
                stem = self._stem(name)
                alike = [ending for ending in self._suffixes if ("居" in ending) == ("居" in suffix)]
                return {name, stem + kind, *(stem + ending for ending in alike), *(stem + kind + e for e in alike)}
        return {name}

    def town_code(self, text: str) -> str | None:
        """Code of the 镇街 that a text names, by code or by name."""
        plain = _plain(text)
        return plain if plain in self.frame.towns else self._towns.get(plain)

    def village(self, text: str, town: str | None) -> Village | None:
        """The village that a text names, by code, or by a name that is unique within the 镇街."""
        plain = _plain(text)
        if plain in self.frame.by_code:
            return self.frame.by_code[plain]
        for spelling in sorted(self._spellings(plain)):
            codes = self._names.get(town or "", {}).get(spelling, set())
            if len(codes) == 1:
                return self.frame.by_code[next(iter(codes))]
        return self._with_group(plain, town)

    def _with_group(self, plain: str, town: str | None) -> Village | None:
        """The village of a text that says the 镇街 before it, or the group (组、队) behind it."""
        said = next((name for name in self._towns if plain.startswith(name)), "")
        bare = _GROUP.sub("", plain.removeprefix(said))
        return self.village(bare, self._towns.get(said, town)) if bare != plain else None

    def village_called(self, text: str, town: str | None) -> Village | None:
        """The only village whose name a text is, without what kind of place it is: ``城中`` for ``城中社区``."""
        codes = self._stems.get(town or "", {}).get(_plain(text), set())
        return self.frame.by_code[next(iter(codes))] if len(codes) == 1 else None

    def town_in(self, text: str) -> str | None:
        """Code of the only 镇街 whose name stands in a text."""
        plain = _plain(text)
        codes = {code for name, code in self._towns.items() if name in plain}
        return codes.pop() if len(codes) == 1 else None

    def village_in(self, text: str, town: str | None) -> Named | None:
        """The only village that a text speaks of: by its 12-digit code, or by its name.

        Args:
            text: a title, the name of a file or of a sheet.
            town: the 镇街 that it is known to be of; a name must be unique in it, or else in the whole district.
        """
        named = {village.code: code for code in _CODE.findall(text) if (village := self.village(code, None))}
        if named:
            (present, written), *more = named.items()
            former = self._former.get((present, written), "")
            return None if more else Named(self.frame.by_code[present], former)
        return self._named_in(text, town)

    def _named_in(self, text: str, town: str | None) -> Named | None:
        plain = _plain(text)
        for name in self._towns:
            plain = plain.replace(name, " ")
        named = {
            spelling: codes
            for spelling, codes in self._names.get(town or "", {}).items()
            if spelling in plain and len(codes) == 1
        }
        longest = max(named, key=lambda spelling: (len(spelling), spelling), default="")
        if any(spelling not in longest and codes != named[longest] for spelling, codes in named.items()):
            return None  # it names two villages
        if not longest or not self._begins(plain, longest):
            return None
        code = next(iter(named[longest]))
        return Named(self.frame.by_code[code], self._former.get((code, longest), ""))

    def _begins(self, text: str, name: str) -> bool:
        """Whether a text names something, and not something else whose name only ends alike."""
        before = [text[: found.start()] for found in re.finditer(re.escape(name), text)]
        return any(not part or not _CHINESE.match(part[-1]) or part.endswith(self._before) for part in before)


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())

"""Which village a file or a row is of, looked up in the area frame and never guessed."""

import re
import unicodedata
from pathlib import PurePosixPath

from bishan_survey.model import AreaFrame, Village

_CODE = re.compile(r"(?<!\d)\d{12}(?!\d)")


class AreaIndex:
    """Looks villages up by code, and by name within their 镇街: short names are not unique over the district."""

    def __init__(self, frame: AreaFrame, suffixes: tuple[str, ...]) -> None:
        self.frame = frame
        self._suffixes = sorted(suffixes, key=len, reverse=True)
        self._towns = {_plain(name): code for code, name in frame.towns.items()}
        self._names: dict[tuple[str, str], set[str]] = {}
        for village in frame.villages:
            self._learn(village.town_code, village.name, village.code)
        for town, name, code in frame.former_names:
            self._learn(town, name, code)

    def _learn(self, town: str, name: str, code: str) -> None:
        for spelling in self._spellings(name):
            self._names.setdefault((town, spelling), set()).add(code)
            self._names.setdefault(("", spelling), set()).add(code)

    def _spellings(self, name: str) -> set[str]:
        """A village's name in full, and with its committee's suffix shortened to 社区 or 村."""
        name = _plain(name)
        for suffix in self._suffixes:
            if name.endswith(suffix):
                stem = name.removesuffix(suffix)
                kind = "社区" if "居" in suffix else "村"
                short = stem if stem.endswith(kind) else stem + kind
                return {name, short}
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
            codes = self._names.get((town or "", spelling), set())
            if len(codes) == 1:
                return self.frame.by_code[next(iter(codes))]
        return None

    def town_of_file(self, name: str) -> str | None:
        """Code of the 镇街 whose folder a file lies in."""
        folders = reversed(PurePosixPath(name).parts[:-1])
        return next((code for folder in folders if (code := self.town_code(folder))), None)

    def of_file(self, name: str) -> tuple[Village | None, str]:
        """The village that a file's name tells, and how: by its 12-digit code, or its name within the folder."""
        path = PurePosixPath(name)
        codes = {code for code in _CODE.findall(path.stem) if code in self.frame.by_code}
        if codes:
            return (self.frame.by_code[codes.pop()], "file name (code)") if len(codes) == 1 else (None, "")
        town = self.town_of_file(name)
        if town is None:
            return None, ""
        stem = _plain(path.stem).replace(_plain(self.frame.towns[town]), " ")
        named = {
            spelling: codes
            for (home, spelling), codes in self._names.items()
            if home == town and spelling in stem and len(codes) == 1
        }
        longest = max(named, key=lambda spelling: (len(spelling), spelling), default="")
        if any(spelling not in longest and codes != named[longest] for spelling, codes in named.items()):
            return None, ""  # the name tells two villages
        if not longest or not _names(stem, longest):
            return None, ""
        return self.frame.by_code[next(iter(named[longest]))], "file name (name)"


def _names(text: str, name: str) -> bool:
    """Whether a text names something, and not something else whose name only ends alike."""
    return re.search(rf"(?<![\u4e00-\u9fff]){re.escape(name)}", text) is not None


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())

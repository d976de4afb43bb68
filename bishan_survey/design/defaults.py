"""What is taken where nobody says otherwise: ``templates/defaults.toml``."""

import tomllib
from dataclasses import dataclass
from datetime import date

from bishan_survey.design.areas import frame_of, shipped_area_rows, shipped_frames
from bishan_survey.design.locate import definitions_root
from bishan_survey.errors import UsageError
from bishan_survey.model import AreaFrame, Design, Survey


@dataclass(frozen=True, slots=True)
class Defaults:
    """District, editions and days of a survey."""

    district_code: str
    district: str
    divisions: str
    edition: str
    year: int
    reference_day: str
    first_day: str
    last_day: str
    small_count: int = 0
    """Up to which number a cell of a table that is not protected is called small."""

    def survey(self, design: Design, edition: str | None = None, year: int | None = None) -> Survey:
        """The survey of a year.

        Raises:
            UsageError: there is no such edition.
        """
        edition, year = edition or self.edition, year or self.year
        if edition not in design.questionnaires:
            raise UsageError(f"没有调查表版本 {edition}", f"现有：{'、'.join(sorted(design.questionnaires))}")
        form = design.questionnaires[edition].title.removeprefix(self.district).removesuffix("表")
        days = (date.fromisoformat(f"{year}-{day}") for day in (self.reference_day, self.first_day, self.last_day))
        return Survey(f"{self.district}{year}年{form}", (edition,), *days)

    def area_rows(self, divisions: str | None = None) -> list[dict[str, str]]:
        """Rows of an area file.

        Raises:
            UsageError: there is no such edition of the division codes.
        """
        divisions = divisions or self.divisions
        if divisions not in shipped_frames():
            raise UsageError(f"没有区划版本 {divisions}", f"现有：{'、'.join(shipped_frames())}")
        return shipped_area_rows(divisions)

    def areas(self) -> AreaFrame:
        """The area frame of the default division codes."""
        return frame_of(self.area_rows(), self.district_code, self.district)


def load_defaults() -> Defaults:
    """Read the defaults."""
    text = (definitions_root() / "templates" / "defaults.toml").read_text(encoding="utf-8-sig")
    return Defaults(**tomllib.loads(text))

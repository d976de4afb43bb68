"""The list of each 镇街: what the district's says, of its own records alone. It carries people's data."""

from pathlib import Path

import polars as pl

from bishan_survey.delivery.findings import write_findings
from bishan_survey.delivery.life import league_sheet
from bishan_survey.model import AreaFrame, Batch, Survey
from bishan_survey.private import make_private_folder
from bishan_survey.towns import of_town


def write_towns(folder: Path, batch: Batch, areas: AreaFrame, survey: Survey, league: pl.DataFrame) -> None:
    """Write a list for every 镇街, in a folder of its own, whether or not anything was found.

    Args:
        folder: where to; its parent is its owner's alone.
        batch: a batch that has gone through all stages, its findings with their ``status``.
        areas: the villages that should report.
        survey: the round of the survey.
        league: how far the district, each 镇街 and each 村（社区） have come.
    """
    for code, name in areas.towns.items():
        own = (pl.col("level") == "village") & (pl.col("town") == code)
        standing = league_sheet(league.filter(own | (pl.col("area") == code)), areas)
        make_private_folder(folder / name)
        path = folder / name / f"{name}问题清单.xlsx"
        write_findings(path, of_town(batch, code, areas), areas, survey, town=name, league=standing)

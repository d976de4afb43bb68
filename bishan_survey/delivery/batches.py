"""The files of a delivery: its lines split into batches, and a manifest by which they are known again."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from bishan_survey.delivery.profiles import write_workbooks
from bishan_survey.model import DeliveryProfile, Survey
from bishan_survey.private import create_private
from bishan_survey.reading.incoming import digest_of

MANIFEST, MANIFEST_SCHEMA = "manifest.json", "bishan-survey/delivery/1"


def write_batches(
    folder: Path, profile: DeliveryProfile, rows: pl.DataFrame, survey: Survey, number: int
) -> pl.DataFrame:
    """Write the lines of a delivery, no more to a file than the system takes. Equal lines give equal bytes.

    Args:
        folder: where to.
        profile: the layout.
        rows: the lines, at least one (``preflight.Prepared.rows`` without those that have faults).
        survey: the round of the survey.
        number: of the delivery.

    Returns:
        For each line the ``name`` of its file and its ``line`` there, as spreadsheet programs count them.
    """
    size = profile.batch_size or rows.height
    parts = [*rows.iter_slices(size)]
    names = profile.file_names(len(parts), number)
    files = {folder / name: part for name, part in zip(names, parts, strict=True)}
    if profile.is_csv:
        for path, part in files.items():
            _write_csv(path, part, profile.encoding.value)
    else:
        write_workbooks(profile, files, survey)
    first = profile.data_row
    return pl.concat(
        pl.select(name=pl.lit(name), line=pl.int_range(first, first + part.height)).cast({"line": pl.Int64})
        for name, part in zip(names, parts, strict=True)
    )


def _write_csv(path: Path, rows: pl.DataFrame, encoding: str) -> None:
    create_private(path).write_bytes(rows.write_csv().encode(encoding))


def write_manifest(folder: Path, content: dict[str, Any]) -> dict[str, Any]:
    """Write what is in a folder beside its files: their hashes and sizes, and what is known of them.

    Args:
        folder: with the files of a delivery.
        content: what else the manifest says; ``rows`` by the name of the file.

    Returns:
        The manifest.
    """
    rows = content.pop("rows")
    files = [
        {"name": name, "rows": count, "bytes": (folder / name).stat().st_size, "sha256": digest_of(folder / name)[0]}
        for name, count in rows.items()
    ]
    manifest = {"schema": MANIFEST_SCHEMA, **content, "files": files}
    save_manifest(folder, manifest)
    return manifest


def save_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write a manifest into a folder."""
    text = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
    create_private(folder / MANIFEST).write_text(text, encoding="utf-8", newline="\n")

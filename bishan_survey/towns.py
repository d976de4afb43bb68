"""What a 镇街 may see of a batch: its own people, and of another 镇街's nothing but that somebody is registered there.

There is one way to make anything for a 镇街 of what the district knows: filter the batch first (:func:`of_town`), then
write it as for the district. Nothing that is not in the filtered batch can be shown by mistake.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import polars as pl

from bishan_survey import frames
from bishan_survey.model import AreaFrame, Batch, Verdict

OTHER_FILE, OTHER_VILLAGE = "其他镇街的文件", "其他镇街的村（社区）"
"""What stands in the place of a file, or of a village, that a 镇街 has nothing to do with."""
RELEASED = "released"
"""Column of pairs: whether both 镇街 may know each other's place."""
_TWO_VILLAGES = "F30"
"""The notice that names the villages of which one content was sent."""
_SIDES = ("one", "other")
_PLACE = [*frames.PLACE]
_OF = {name: f"_{name}" for name in frames.PLACE}
_GROUNDS = ("matched_by", "match_reason", "agreed", "differed")


@dataclass(frozen=True)
class Sight:
    """What of the files and villages a 镇街 may be told of."""

    town: str
    came: pl.Series
    """The files that came from there."""
    files: pl.Series
    """The files that are its own: those, and others that hold its people alone."""
    names: Mapping[str, str]
    """What stands in messages for each file: its name, or that it is another's; the longest names first."""
    villages: Mapping[str, str]
    """Villages of other 镇街 that none of its own is called like, likewise."""

    def holds(self, town: str = "town", file: str = "file") -> pl.Expr:
        """Whether something is of this 镇街: of its villages, or of an unknown one in a file that came from there."""
        unplaced = pl.col(town).is_null() & pl.col(file).is_in(self.came.implode())
        return (pl.col(town) == self.town).fill_null(False) | unplaced

    def own(self, file: str = "file") -> pl.Expr:
        """Whether a file is of this 镇街."""
        return pl.col(file).is_in(self.files.implode())

    def named(self, file: str = "file", sheet: str = "sheet") -> list[pl.Expr]:
        """File and sheet, unless they are another's."""
        return [
            pl.when(pl.col(file).is_null() | self.own(file)).then(file).otherwise(pl.lit(OTHER_FILE)).alias(file),
            pl.when(self.own(file)).then(sheet).alias(sheet),
        ]

    def told(self, findings: pl.DataFrame) -> pl.DataFrame:
        """Findings whose words name no file and no village of another 镇街."""
        villages = pl.when(pl.col("rule") == _TWO_VILLAGES).then(_renamed("message", self.villages))
        return findings.with_columns(_renamed("message", self.names)).with_columns(
            pl.coalesce(villages, "message").alias("message"), _renamed("action", self.names)
        )


def sight_of(batch: Batch, town: str, areas: AreaFrame) -> Sight:
    """What a 镇街 may be told of.

    A file is its own if it came from there, or, where nobody knows from where it came, if it holds its people alone.
    """
    held = pl.concat([_NOBODY, *map(_towns_of, batch.records.values())]).drop_nulls("town")
    only = held.group_by("file").agg(pl.col("town").n_unique() == 1, theirs=pl.first("town") == town)
    known = batch.sources.join(only.filter("town", "theirs").select("file", only=True), on="file", how="left")
    files = known.filter(pl.when(pl.col("town").is_null()).then("only").otherwise(pl.col("town") == town))["file"]
    own = set(files)
    names = sorted(batch.sources["file"], key=lambda name: (-len(name), name))
    called = {village.name for village in areas.villages if village.town_code == town}
    others = {village.name for village in areas.villages} - called
    return Sight(
        town,
        batch.sources.filter(town=town)["file"],
        files,
        {name: name if name in own else OTHER_FILE for name in names},
        dict.fromkeys(sorted(others, key=lambda name: (-len(name), name)), OTHER_VILLAGE),
    )


def of_town(batch: Batch, town: str, areas: AreaFrame) -> Batch:
    """A batch of one 镇街's records alone, and of what is said of them.

    A record whose village is not known is of the 镇街 that its file came from, if that is known.

    Args:
        batch: after all stages; its frames may have further columns.
        town: code of the 镇街.
        areas: the villages.

    Returns:
        The batch without what the office has written by hand (it may be about anybody). Pairs of its own
        stand as they are; of one with another 镇街's record its own is ``one`` and the other side, the reason and what
        agreed and differed are empty, once for each own record. Likewise the links of its own records that are of one
        person with another's, which have no ``reason``; where that is released, a further line says 镇街 and village.
    """
    sight = sight_of(batch, town, areas)
    records = _of(batch.records, sight)
    places = pl.concat(
        [frame.select(**_OF) for frame in records.values()] or [pl.DataFrame(schema=frames.PLACE)]
    ).unique()
    sided = _sided(batch.pairs, places)
    across = _across(sided)
    return replace(
        batch,
        sources=batch.sources.filter(sight.own()).with_columns(_renamed("copy_of", sight.names)),
        columns=batch.columns.filter(sight.own()),
        records=records,
        findings=_findings(batch.findings, sight),
        normalised=_placed(batch.normalised, places).with_columns(sight.named()),
        not_records=batch.not_records.filter(sight.own()),
        extras=_placed(batch.extras, places).with_columns(sight.named()),
        lacking=_findings(batch.lacking, sight),
        corrections=batch.corrections.clear(),
        changed_numbers=batch.changed_numbers.clear(),
        decisions=batch.decisions.clear(),
        questions=batch.questions.clear(),
        roster=None,
        pairs=_pairs(sided, across, sight).select(batch.pairs.columns),
        links=_links(batch.links, across, places, sight),
        returns=batch.returns.filter(town=town).with_columns(
            _renamed(name, sight.names) for name in ("files", "superseded", "copies")
        ),
        differences=batch.differences.filter(pl.col("village").str.starts_with(town)).with_columns(
            *(one for when in ("earlier", "later") for one in sight.named(f"{when}_file", f"{when}_sheet"))
        ),
        verbatim=_of(batch.verbatim, sight),
        dropped=_of(batch.dropped, sight),
    )


_NOBODY = pl.DataFrame(schema={"file": pl.String(), "town": pl.String()})


def _towns_of(records: pl.DataFrame) -> pl.DataFrame:
    return records.select(file="_file", town="_town").unique()


def _renamed(column: str, names: Mapping[str, str]) -> pl.Expr:
    """A text in which each of these names stands as it is to be called."""
    return pl.col(column).str.replace_many([*names], [*names.values()], leftmost=True) if names else pl.col(column)


def _of(records: Mapping[tuple[str, str], pl.DataFrame], sight: Sight) -> dict[tuple[str, str], pl.DataFrame]:
    """The records of a 镇街."""
    return {of: frame.filter(sight.holds("_town", "_file")) for of, frame in records.items()}


def _placed(frame: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """The rows that are about one of these records."""
    return frame.join(places, on=_PLACE, how="semi", nulls_equal=True, maintain_order="left")


def _findings(findings: pl.DataFrame, sight: Sight) -> pl.DataFrame:
    about_file = pl.col("row").is_null() & pl.col("village").is_null() & sight.own()
    return sight.told(findings.filter(sight.holds() | about_file)).with_columns(sight.named())


def _sided(pairs: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """Pairs, with whether each side is of the 镇街."""
    for side in _SIDES:
        own = places.select(pl.all().name.prefix(f"{side}_"), pl.lit(True).alias(f"own_{side}"))
        on = [f"{side}_{name}" for name in _PLACE]
        pairs = pairs.join(own, on=on, how="left", nulls_equal=True, maintain_order="left")
    return pairs.with_columns(pl.col("own_one", "own_other").fill_null(False))


def _across(sided: pl.DataFrame) -> pl.DataFrame:
    """Pairs with another 镇街's record, the own one first, with ``released``."""
    columns = [name.removeprefix("one_") for name in sided.columns if name.startswith("one_")]
    turned = [
        pl.when("own_one").then(f"{one}_{name}").otherwise(f"{other}_{name}").alias(f"{one}_{name}")
        for one, other in (_SIDES, _SIDES[::-1])
        for name in columns
    ]
    return sided.filter(pl.col("own_one") ^ pl.col("own_other")).with_columns(*turned)


def _pairs(sided: pl.DataFrame, across: pl.DataFrame, sight: Sight) -> pl.DataFrame:
    both = sided.filter("own_one", "own_other")
    shown = [name for name in across.columns if name.startswith("one_")] + ["unit", "verdict", "keyed", RELEASED]
    where = [pl.when(RELEASED).then(f"other_{name}").alias(f"other_{name}") for name in frames.AREA]
    told = across.select(*shown, *where, contradicted=pl.lit(False)).unique()
    told = told.sort([name for name in told.columns if name not in ("verdict", "keyed")], nulls_last=True)
    whole = pl.concat([both, told], how="diagonal")
    return whole.with_columns(*(one for side in _SIDES for one in sight.named(f"{side}_file", f"{side}_sheet")))


def _links(links: pl.DataFrame, across: pl.DataFrame, places: pl.DataFrame, sight: Sight) -> pl.DataFrame:
    """The own records of every group, numbered anew: another's groups are not to be counted by the gaps."""
    own = _placed(links, places)
    groups = ["unit", "group"]
    shared = links.join(places, on=_PLACE, how="anti", nulls_equal=True).select(groups).unique()
    told = own.join(shared.with_columns(shared=True), on=groups, how="left", maintain_order="left")
    hidden = pl.col("shared").fill_null(False)
    blanked = told.with_columns(
        across_towns=hidden, **{n: pl.when(~hidden).then(n) for n in ("rule", "reason", *_GROUNDS)}
    )
    whole = pl.concat([blanked.drop("shared"), _released(across, blanked)], how="diagonal")
    ordered = whole.sort(groups, maintain_order=True)
    numbered = ordered.with_columns(group=pl.struct(groups).rle_id().cast(pl.Int64) + 1)
    return numbered.select(links.columns).with_columns(sight.named())


def _released(across: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
    """镇街 and village of the other records of own people, as far as the district has released them."""
    told = across.filter(RELEASED, verdict=Verdict.SAME.value).rename({f"one_{name}": name for name in _PLACE})
    return (
        own.select("group", "unit", *_PLACE)
        .join(told.drop("unit"), on=_PLACE, nulls_equal=True)
        .select("group", "unit", town="other_town", village="other_village", across_towns=pl.lit(True))
        .unique()
        .sort("group", "town", "village")
    )

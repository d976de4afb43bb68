"""Toolkit for grassroots surveys: forms, intake, validation, deduplication, statistics, delivery.

The public API is small and imported on demand, so that the command line starts at once:

    import bishan_survey
    schema = bishan_survey.schema("bishan-2025", "person")   # a pandera.polars.DataFrameSchema
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandera.polars as pa

__version__ = "0.1.0"


def schema(edition: str, unit: str = "person") -> "pa.DataFrameSchema":
    """Build the pandera schema of one sheet of a questionnaire, rules included.

    Args:
        edition: id of the questionnaire, such as ``"bishan-2025"``.
        unit: what a row stands for, ``"person"`` or ``"village"``.

    Returns:
        A schema for typed records (see ``docs/how-to/use-from-python.md``). Hard rules fail, soft rules warn;
        the failure of a check is reported under the id of its rule.

    Raises:
        DefinitionError: the definitions are wrong, or there is no such edition or unit.
    """
    from bishan_survey.design import load_design
    from bishan_survey.validation import build_schema

    return build_schema(load_design(), edition, unit)

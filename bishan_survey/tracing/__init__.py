"""Published numbers back to the people behind them and the cells that they stand in."""

from bishan_survey.tracing.indicators import Part, TracedFigure, published_indicator, trace_figure
from bishan_survey.tracing.listing import GROUP, LISTED, Traced, counted_units, place_columns, private_list
from bishan_survey.tracing.tables import published_number, tabulated, trace

__all__ = [
    "GROUP",
    "LISTED",
    "Part",
    "Traced",
    "TracedFigure",
    "counted_units",
    "place_columns",
    "private_list",
    "published_indicator",
    "published_number",
    "tabulated",
    "trace",
    "trace_figure",
]

"""A worksheet for sheets with hundreds of formulas."""

from xlsxwriter.worksheet import Worksheet


class PlainWorksheet(Worksheet):  # type: ignore[misc]
    """Takes the formulas of validations and formats as they are.

    xlsxwriter looks in every one of them for each of some 150 functions that are newer than Excel 2010, which takes a
    third of a form's time; our formulas use none, since WPS and old versions of Excel must understand them.
    """

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        del expand_future_functions
        return formula.removeprefix("=")

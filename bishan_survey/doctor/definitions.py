"""Whether the definitions are sound."""

from bishan_survey.design import lint, load_design
from bishan_survey.doctor.diagnosis import Check, Diagnosis, State


def definition_checks() -> list[Check]:
    """All that is looked at of the definitions."""
    return [("定义", definitions)]


def definitions() -> Diagnosis:
    """Whether ``templates/`` and ``validators/`` are sound, and which they are."""
    design = load_design()
    if problems := lint(design):
        more = f"（共{len(problems)}处）" if len(problems) > 1 else ""
        return Diagnosis("定义", State.BAD, problems[0] + more, "请运行 bishan-survey design check，按提示改正")
    return Diagnosis("定义", State.GOOD, f"没有问题；{len(design.rules)}条规则，指纹 {design.digest[:12]}")

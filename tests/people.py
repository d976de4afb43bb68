"""Synthetic people for tests: identity numbers with the prefix 99, which no place has."""

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def identity(birth: str = "19800101", order: int = 1, prefix: str = "990120") -> str:
    """An 18-character identity number with the right check digit; an odd order is a man's."""
    body = f"{prefix}{birth}{order:03d}"
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, _WEIGHTS, strict=True)) % 11]


def certificate(birth: str = "19800101", order: int = 1, kind: str = "44", reissue: str = "") -> str:
    """A certificate number: identity, category and grade, and a suffix after reissue."""
    return identity(birth, order) + kind + reissue


ADULT = {
    "town": "璧城街道",
    "village": "大旺社区居民委员会",
    "survey_status": "6",
    "survey_method": "1",
    "name": "试验甲",
    "certificate_no": certificate(),
    "category": "4",
    "grade": "4",
    "sex": "1",
    "ethnicity": "01",
    "hukou": "1",
    "marital_status": "20",
    "mobile": "19900000001",
    "in_institution": "2",
    "housing": "1",
    "education": "3",
    "employed": "1",
    "employment_help_needs": "6",
    "training_received": "2",
    "employee_insurance": "4",
    "resident_pension": "1",
    "resident_medical": "1",
    "resident_medical_subsidy": "2",
    "social_assistance": "6",
    "living_allowance": "2",
    "nursing_allowance": "2",
    "family_doctor": "1",
    "services_received": "2",
    "services_needed": "6",
    "accessibility_done": "2",
    "accessibility_needs": "9",
    "culture_sports": "1",
    "household_size": "3",
    "household_income": "60000",
    "household_head": "试验乙",
    "household_head_id": identity("19500101", 3),
    "investigator": "采集员甲",
    "survey_date": "2025-07-01",
}
"""Texts of a record of bishan-2025 that gives no finding (a test holds it)."""


def adult(**changes: str) -> dict[str, str]:
    """The adult with some answers changed; an empty text is no answer."""
    return {**ADULT, **changes}

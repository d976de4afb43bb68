"""What is well and what is not, of the machine, of the definitions and of a workspace; each told on its own.

Nothing heavy is imported here or in :mod:`machine`: whether polars runs on this processor is found out in another
process first, since one that does not run would take this one along.
"""

from bishan_survey.doctor.diagnosis import Diagnosis, State, told

__all__ = ["Diagnosis", "State", "told"]

"""What may be published of the tables. Read in this order: cells, persons, moves, protection, attack, publication.

``cells`` says which cells there are and what they must not tell; ``persons`` which other answers there could be;
``moves`` how cells can differ while everything published stays the same; ``protection`` leaves out what must be;
``attack`` doubts it; ``publication`` puts these together.
"""

from bishan_survey.consolidation.disclosure.attack import Place
from bishan_survey.consolidation.disclosure.publication import KEYS, SUPPRESSED, Protected, Source, Withheld, protect

__all__ = ["KEYS", "SUPPRESSED", "Place", "Protected", "Source", "Withheld", "protect"]

"""The whole synthetic district of 191 villages: one night, and the rounds until nothing is left to correct."""

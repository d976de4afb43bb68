"""The same people given to Splink, as its guide says, with what the program's own rules compare.

It runs in an environment of its own, reads ``people.parquet``, writes ``pairs.parquet`` and prints JSON.
"""

import json
import logging
import resource
import sys
import time
from pathlib import Path

import duckdb
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

folder = Path(sys.argv[1])
logging.disable(logging.WARNING)
started = time.perf_counter()
name = cl.CustomComparison(
    output_column_name="name",
    comparison_levels=[
        cll.NullLevel("name_sound"),
        cll.ExactMatchLevel("name", term_frequency_adjustments=True),
        cll.ExactMatchLevel("name_sound", term_frequency_adjustments=True),
        cll.ElseLevel(),
    ],
)
settings = SettingsCreator(
    link_type="dedupe_only",
    unique_id_column_name="record",
    comparisons=[
        name,
        cl.DamerauLevenshteinAtThresholds("number", [1, 2]),
        cl.ExactMatch("birth_told"),
        cl.ExactMatch("sex_told"),
        cl.ExactMatch("household_key"),
        cl.ExactMatch("own_mobile"),
        cl.ExactMatch("address"),
    ],
    blocking_rules_to_generate_predictions=[
        block_on("number"),
        block_on("name_sound", "birth_told"),
        block_on("name_sound", "household_key"),
        block_on("name_sound", "own_mobile"),
        block_on("name_sound", "substr(number, 1, 10)"),
        block_on("name_sound", "substr(number, 5, 10)"),
        block_on("name_sound", "substr(number, 11, 8)"),
    ],
)
connection = duckdb.connect()
connection.execute(f"CREATE TABLE people AS SELECT * FROM '{folder / 'people.parquet'}'")
linker = Linker(DuckDBAPI(connection).register("people"), settings)
training = linker.training
training.estimate_probability_two_random_records_match([block_on("number")], recall=0.85)
training.estimate_u_using_random_sampling(seed=5)
training.estimate_parameters_using_expectation_maximisation(block_on("number"))
training.estimate_parameters_using_expectation_maximisation(block_on("name_sound", "birth_told"))
found = linker.inference.predict(threshold_match_probability=0.01)
connection.execute(
    "COPY (SELECT record_l AS one, record_r AS other, match_probability AS probability "
    f"FROM {found.physical_name}) TO '{folder / 'pairs.parquet'}'"
)
print(
    json.dumps(
        {
            "seconds": time.perf_counter() - started,
            "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }
    )
)

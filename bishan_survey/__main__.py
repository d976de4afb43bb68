from bishan_survey.cli import run

run()

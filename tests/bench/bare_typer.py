"""The floor of start-up: a typer program with one command and nothing behind it."""

import typer

app = typer.Typer(help="一个命令。")


@app.callback()
def main() -> None:
    """Options."""


@app.command()
def hello(name: str = "世界") -> None:
    """问好。"""
    print(name)


app()

"""Commands for folders of people's data as one encrypted file: keys new, encrypt, decrypt."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bishan_survey.cli.chinese import ChineseCommand, ChineseGroup
from bishan_survey.cli.options import (
    JsonOption,
    finished,
    finished_folder,
    new_folder,
    output_path,
    outside_inboxes,
)
from bishan_survey.cli.show import Show
from bishan_survey.cli.unmask import on_record
from bishan_survey.encryption import ENCRYPTED
from bishan_survey.errors import UsageError

if TYPE_CHECKING:
    from bishan_survey.workspace import Workspace

keys_app = typer.Typer(cls=ChineseGroup, help="钥匙：加密给谁、用什么解密。", invoke_without_command=True)


def register(app: typer.Typer) -> None:
    """Add the commands of this page."""
    app.add_typer(keys_app, name="keys")
    keys_app.callback()(_keys)
    keys_app.command("new", cls=ChineseCommand, epilog="例：bishan-survey keys new 区残联.key")(new)
    example = "例：bishan-survey encrypt 2025年调查 --to 备份.age"
    app.command("encrypt", cls=ChineseCommand, epilog=example)(encrypt)
    example = "例：bishan-survey decrypt 备份.age --key 区残联.key --to 恢复"
    app.command("decrypt", cls=ChineseCommand, epilog=example)(decrypt)


def _keys(context: typer.Context) -> None:
    """钥匙：加密给谁、用什么解密。"""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def new(
    path: Annotated[Path, typer.Argument(metavar="文件", help="钥匙写到哪个文件（新的）；只有本人能读。")],
    as_json: JsonOption = False,
) -> None:
    """做一把钥匙：钥匙文件自己收好，公钥给要发文件来的人。

    钥匙丢了，加密给它的文件谁也打不开；钥匙给了别人，别人就能打开。
    """
    from bishan_survey.encryption import new_key

    if path.exists():
        raise UsageError(f"{path} 已存在", "不会覆盖：覆盖了，以前的文件就打不开了。请换一个文件名")
    path.parent.mkdir(parents=True, exist_ok=True)
    public = new_key(path)
    show = Show(as_json)
    show.heading(f"钥匙已写到 {path}")
    show.pairs([("公钥", public)])
    show.remark("公钥可以公开；钥匙文件请另存一份在安全的地方，不要与加密的文件放在一起。")
    show.document("keys-new/1", {"file": str(path), "public": public})


def encrypt(
    folder: Annotated[Path, typer.Argument(metavar="文件夹", help="工作区、一次运行的文件夹，或别的文件夹。")],
    to: Annotated[Path, typer.Option("--to", metavar="文件", help="写成哪个文件：.age。")],
    recipients: Annotated[
        list[str] | None,
        typer.Option("--for", metavar="公钥", help="加密给谁，可以写几个；不写的，按设置中的 encryption.recipients。"),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """加密：把一个文件夹打包、加密成一个文件，供备份或交接。

    只有持有钥匙的人能打开，装了 age 和 tar 的也能。原来的文件夹不动。属于工作区的，记入操作记录。
    """
    from bishan_survey.encryption import encrypt_folder, read_recipients

    if not folder.is_dir():
        raise UsageError(f"找不到文件夹 {folder}", "请核对路径")
    file = output_path(to, ENCRYPTED)
    assert file is not None  # noqa: S101 - it was given
    if file.resolve().is_relative_to(folder.resolve()):
        raise UsageError(f"{to} 在要加密的文件夹里", "请换一个地方")
    workspace = _workspace_of(folder)
    outside_inboxes(file, workspace.inbox if workspace else None)
    keys = read_recipients(recipients or (workspace.settings.recipients if workspace else ()))
    with _held(workspace), finished(file) as beside:
        count = encrypt_folder(folder, beside, keys, _wanted)
        if workspace is not None:
            within = folder.resolve().relative_to(workspace.root.resolve()).as_posix()
            on_record(workspace.root, "encrypt", {"folder": within, "files": count, "recipients": len(keys)})
    show = Show(as_json)
    show.heading(f"{count}个文件已加密到 {to}")
    show.document("encrypt/1", {"file": str(to), "files": count, "recipients": len(keys)})


def _workspace_of(folder: Path) -> "Workspace | None":
    """The workspace that a folder is or lies in."""
    from bishan_survey.cli.examine import open_workspace
    from bishan_survey.workspace import SETTINGS_FILE

    whole = folder.resolve()
    root = next((above for above in (whole, *whole.parents) if (above / SETTINGS_FILE).is_file()), None)
    return open_workspace(root)[0] if root else None


def _held(workspace: "Workspace | None") -> AbstractContextManager[None]:
    """No night changes a workspace while it is being read."""
    from contextlib import nullcontext

    return workspace.locked() if workspace else nullcontext()


def _wanted(path: Path) -> bool:
    """Not what is being written, nor locks, which Windows lets nobody read."""
    return not path.name.startswith((".lock", ".audit.lock", ".writing-")) and not any(
        part.startswith(".building-") for part in path.parts
    )


def decrypt(
    path: Annotated[Path, typer.Argument(metavar="文件", help="加密的文件：.age。")],
    key: Annotated[Path, typer.Option("--key", metavar="钥匙", help="钥匙文件，由 keys new 做出。")],
    to: Annotated[Path, typer.Option("--to", metavar="文件夹", help="写到哪个文件夹（新的或空的）。")],
    as_json: JsonOption = False,
) -> None:
    """解密：打开加密的文件，写到一个文件夹。

    钥匙不对、文件不完整或被改过的，什么也不写。写出的文件只有本人能读。
    """
    from bishan_survey.encryption import decrypt_folder

    for file in (path, key):
        if not file.is_file():
            raise UsageError(f"找不到 {file}", "请核对文件名")
    new_folder(to)
    outside_inboxes(to)
    with finished_folder(to, private=True) as beside:
        count = decrypt_folder(path, key, beside)
    show = Show(as_json)
    show.heading(f"{count}个文件已写到 {to}")
    show.remark("里面可能有个人信息，请妥善保管。")
    show.document("decrypt/1", {"folder": str(to), "files": count})


def taken_out(to: Path, workspace: "Workspace") -> AbstractContextManager[Path]:
    """A folder to write people's data in, which becomes the wanted folder; or, if its name ends with ``.age``, the
    wanted file, encrypted for those whom the workspace's settings name.

    Raises:
        UsageError: something is there already, it lies in an inbox, or it is not known whom to encrypt for.
    """
    from bishan_survey.encryption import read_recipients

    outside_inboxes(to, workspace.inbox)
    if to.suffix.lower() != ENCRYPTED:
        new_folder(to)
        return finished_folder(to, private=True)
    output_path(to, ENCRYPTED)
    return _encrypted(to, read_recipients(workspace.settings.recipients))


@contextmanager
def _encrypted(to: Path, keys: list[object]) -> Iterator[Path]:
    """The folder is gone at the end, however it ends."""
    import shutil

    from bishan_survey.encryption import encrypt_folder
    from bishan_survey.private import make_private_folder

    folder = to.with_name(f".{to.stem}-plain")
    shutil.rmtree(folder, ignore_errors=True)
    make_private_folder(folder)
    try:
        with finished(to) as beside:
            yield folder
            encrypt_folder(folder, beside, keys, lambda _: True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)

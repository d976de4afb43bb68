"""Commands that hand data to other systems: deliver, receipts."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bishan_survey.cli.chinese import ChineseCommand
from bishan_survey.cli.encryption import taken_out
from bishan_survey.cli.examine import open_workspace
from bishan_survey.cli.options import (
    JsonOption,
    WorkspaceArgument,
    finished,
    output_path,
)
from bishan_survey.cli.report import deliver_report
from bishan_survey.cli.show import Show
from bishan_survey.cli.unmask import UnmaskOption, must_have_reason, on_record, shown_to
from bishan_survey.errors import EXIT_CLEAN, EXIT_HARD_FINDINGS, UsageError

if TYPE_CHECKING:
    import polars as pl

    from bishan_survey.deliveries import Delivery
    from bishan_survey.delivery import Matched, PastDelivery
    from bishan_survey.model import DeliveryProfile, Survey
    from bishan_survey.workspace import Workspace

_SHOWN = 30
_LEFT_OUT = "没有上报的.xlsx"
ProfileOption = Annotated[
    str, typer.Option("--profile", metavar="格式", help="上报格式，见 bishan-survey export 工作区。")
]
ListOption = Annotated[
    Path | None, typer.Option("--list", metavar="文件", help="有问题的、被退回的，逐条另存为 .xlsx（含个人信息）。")
]
_LISTED = {
    "file": "文件",
    "sheet": "工作表",
    "row": "行",
    "name": "上报的文件",
    "line": "上报文件的行",
    "reason": "对方说的原因",
}
_OUTCOMES = {"accepted": "成功", "rejected": "退回", "waiting": "还没有结果"}


def register(app: typer.Typer) -> None:
    """Add the commands of this page."""
    app.command(
        "deliver",
        cls=ChineseCommand,
        epilog="例：bishan-survey deliver 2025年调查 --profile system-person --to 上报1",
    )(deliver)
    app.command(
        "receipts",
        cls=ChineseCommand,
        epilog="例：bishan-survey receipts 2025年调查 导入结果.xlsx --profile system-person",
    )(receipts)


def deliver(
    workspace: WorkspaceArgument,
    profile: ProfileOption,
    to: Annotated[
        Path | None,
        typer.Option("--to", metavar="文件夹", help="写到哪个文件夹（新的或空的）；以 .age 结尾的，加密成一个文件。"),
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="只检查，什么也不写。")] = False,
    rejected: Annotated[bool, typer.Option("--rejected", help="只报上次被退回的。")] = False,
    changed: Annotated[bool, typer.Option("--changed", help="只报没有报过的和报过以后又变了的。")] = False,
    skip_faulty: Annotated[
        bool, typer.Option("--skip-faulty", help="有问题的留下不报，另列清单；不加的，有一条有问题就什么也不写。")
    ] = False,
    listed: ListOption = None,
    unmask: UnmaskOption = None,
    as_json: JsonOption = False,
) -> None:
    """上报：按对方系统的规则检查、分批、写文件，并记下报了哪些。

    上报的是当前结果中计入的记录；统计报表是当前结果的数。每一条都按上报格式的规则检查（必填、长度、代码、格式、重复、编码），
    一次列出全部问题，退出码为1。文件旁边的 manifest.json 记着每个文件的条数和校验码。
    写出文件，记入操作记录；加 --unmask 理由，有问题的原值也显示在屏幕上。
    """
    from datetime import datetime

    from bishan_survey.deliveries import Wanted, plan, profile_of, remember, write

    must_have_reason(unmask)
    opened, design = open_workspace(workspace)
    layout = profile_of(design, profile)
    listed = output_path(listed, ".xlsx")
    if layout.lines and (rejected or changed or listed is not None or unmask is not None):
        raise UsageError(f"{layout.title}没有逐人的记录", "请去掉 --rejected、--changed、--list、--unmask")
    target = None if check else _target(to, opened)
    if layout.lines:
        deliver_report(opened, design, layout, to, target, Show(as_json), skip=skip_faulty)
    asked = {"profile": layout.id, "rejected": rejected, "changed": changed}
    with opened.locked():
        planned = plan(opened, design, layout, Wanted(rejected=rejected, changed=changed))
        kept = planned.records.height - planned.faulty
        writes = not check and kept > 0 and (skip_faulty or not planned.faulty)
        manifest = None
        if writes and target is not None:
            with target as beside:
                written = write(opened, planned, beside, datetime.now().astimezone())
                if planned.faulty:
                    _write_faults(beside / _LEFT_OUT, planned, opened)
                on_record(opened.root, "deliver", asked | {"number": planned.number, "records": kept})
            remember(opened, planned, written)
            manifest = dict(written.manifest)
    if listed is not None:
        with finished(listed) as beside:
            _write_faults(beside, planned, opened)
            on_record(opened.root, "deliver --list", asked)
    show, unmasked = shown_to(opened.root, unmask, "deliver", asked, as_json=as_json)
    _show_delivery(show, planned, manifest, to, checked=check, unmasked=unmasked)
    raise typer.Exit(EXIT_HARD_FINDINGS if planned.faulty else EXIT_CLEAN)


def _target(to: Path | None, workspace: "Workspace") -> AbstractContextManager[Path]:
    if to is None:
        raise UsageError("没有写上报的文件写到哪里", "请加 --to 文件夹；只检查的，加 --check")
    return taken_out(to, workspace)


def _write_faults(path: Path, planned: "Delivery", workspace: "Workspace") -> None:
    """Every fault with its place and its value, for people to look up; nobody else may read it."""
    import polars as pl

    from bishan_survey.delivery import write_text_workbook

    towns = {village.code: (village.town, village.name) for village in workspace.areas.villages}
    frame = planned.places().select(
        pl.col("village").replace_strict({c: t for c, (t, _) in towns.items()}, default=None).alias("镇街"),
        pl.col("village").replace_strict({c: v for c, (_, v) in towns.items()}, default=None).alias("村（社区）"),
        文件="file",
        工作表="sheet",
        行=pl.col("row").cast(pl.String),
        列="header",
        原值="value",
        为什么="why",
        怎么办="advice",
    )
    write_text_workbook(path, "问题", frame, workspace.settings.survey)


def _show_delivery(
    show: Show, planned: "Delivery", manifest: dict[str, Any] | None, to: Path | None, *, checked: bool, unmasked: bool
) -> None:
    """What was written or why not; places without anybody's data, unless these may be seen."""
    faults = planned.places()
    show.heading(f"{planned.profile.title}：{_said(planned, manifest, checked=checked)}")
    show.pairs(
        [
            ("当前结果计入的", planned.counted),
            *([("其中归这个系统的", planned.meant)] if planned.profile.where else []),
            ("这一次要报的", planned.records.height),
            ("其中有问题的", planned.faulty),
            *([("已写出", manifest["counts"]["delivered"])] if manifest else []),
            *([("上次被退回、现在不在计入的记录里的", planned.gone.height)] if planned.gone.height else []),
        ]
    )
    if faults.height:
        _show_faults(show, faults, unmasked=unmasked)
    if manifest:
        show.heading(f"文件在 {to}")
        show.table(("文件", "条数"), [(file["name"], file["rows"]) for file in manifest["files"]])
        show.remark("文件含个人信息，请妥善保管。对方给出回执以后：bishan-survey receipts")
    elif planned.faulty and not checked:
        show.remark("什么也没有写。请改正以后再报；要先报没有问题的，加 --skip-faulty。")
    values = ["value"] if unmasked else []
    places = faults.select("file", "sheet", "row", "header", *values, "fault", "why", "advice").to_dicts()
    counts = {"counted": planned.counted, "meant": planned.meant}
    counts |= {"wanted": planned.records.height, "faulty": planned.faulty}
    told = {"profile": planned.profile.id, **counts, "gone": planned.gone.height, "faults": places}
    show.document("deliver/1", {**told, "manifest": manifest, "folder": str(to) if manifest else None})


def _said(planned: "Delivery", manifest: dict[str, Any] | None, *, checked: bool) -> str:
    if manifest:
        return f"第{planned.number}次上报，{len(manifest['files'])}个文件"
    if planned.records.is_empty():
        return "没有要报的"
    return "检查过了，没有问题" if not planned.faulty else "检查有问题" if checked else "有问题，没有写"


def _show_faults(show: Show, faults: "pl.DataFrame", *, unmasked: bool) -> None:
    import polars as pl

    kinds = faults.group_by("header", "why", maintain_order=True).agg(pl.len())
    show.heading(f"问题共{faults.height}处")
    show.table(("列", "为什么", "处"), kinds.rows())
    first = faults.head(_SHOWN)
    if faults.height > first.height:
        show.remark(f"下面只列前{_SHOWN}处；全部的，加 --list 文件.xlsx")
    wanted = {"文件": "file", "工作表": "sheet", "行": "row", "列": "header"}
    wanted |= {"原值": "value"} if unmasked else {}
    wanted |= {"为什么": "why", "怎么办": "advice"}
    show.table([*wanted], first.select(pl.col(*wanted.values()).fill_null("")).rows())


def receipts(
    workspace: WorkspaceArgument,
    profile: ProfileOption,
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[回执]…", help="对方给出的导入结果，任何版式；不写则只看进展。")
    ] = None,
    number: Annotated[
        int | None, typer.Option("--delivery", metavar="次", min=1, help="是第几次上报的；不写则是最近一次的。")
    ] = None,
    rest_accepted: Annotated[
        bool, typer.Option("--rest-accepted", help="名单上没有的都已导入成功（对方只列出失败的）。")
    ] = False,
    listed: ListOption = None,
    as_json: JsonOption = False,
) -> None:
    """回执：读入对方的导入结果，记下哪些成功、哪些退回。

    只凭号码对人，对不上的、写了几次的都列出来，退出码为1。退回的，改正后用 deliver --rejected 再报。
    """
    from bishan_survey.deliveries import past_deliveries, profile_of, take_answers

    opened, design = open_workspace(workspace)
    layout = profile_of(design, profile)
    if layout.lines:
        raise UsageError(f"{layout.title}没有逐人的记录，没有逐条的回执", "整份被退回的，改正以后再报一次")
    paths = _existing(files or [])
    listed = output_path(listed, ".xlsx")
    if rest_accepted and not paths:
        raise UsageError("--rest-accepted 要和回执一起用", "请写上回执文件；全部成功的，也要有回执")
    with opened.locked():
        told = None
        if paths:
            past, told = take_answers(opened, design, layout, paths, number, rest_accepted=rest_accepted)
        deliveries = past_deliveries(opened, layout)
    if told:
        deliveries = [past if one.number == past.number else one for one in deliveries]
    concerned = [one for one in deliveries if number in (None, one.number)][-1:]
    if listed is not None and concerned:
        with finished(listed) as beside:
            _write_rejected(beside, concerned[0], opened.settings.survey)
            on_record(opened.root, "receipts --list", {"profile": layout.id, "number": concerned[0].number})
    _show_receipts(Show(as_json), layout, deliveries, told)
    raise typer.Exit(EXIT_HARD_FINDINGS if told and told.troubles else EXIT_CLEAN)


def _existing(paths: list[Path]) -> list[Path]:
    missing = [str(path) for path in paths if not path.is_file()]
    if missing:
        raise UsageError(f"找不到 {'、'.join(missing)}", "请核对文件名")
    return paths


def _write_rejected(path: Path, past: "PastDelivery", survey: "Survey") -> None:
    """Whose records were rejected: where they stand, and what the system said."""
    import polars as pl

    from bishan_survey.delivery import write_text_workbook

    rejected = past.standing().filter(outcome="rejected")
    said = rejected.select(pl.col(name).cast(pl.String).alias(label) for name, label in _LISTED.items())
    write_text_workbook(path, "退回", said, survey)


def _show_receipts(
    show: Show, profile: "DeliveryProfile", deliveries: "list[PastDelivery]", told: "Matched | None"
) -> None:
    from bishan_survey.delivery import TROUBLES

    show.heading(f"{profile.title}：{len(deliveries)}次上报")
    rows = [[one.number, one.delivered.height, *_counts(one).values()] for one in deliveries]
    show.table(("第几次", "报了", *_OUTCOMES.values()), rows)
    lines = []
    if told:
        show.pairs([("这次的回执认出", told.answers.height)])
        keys = "、".join(profile.key)
        lines = [
            {"file": file, "line": line, "trouble": kind, "why": TROUBLES[kind].format(key=keys)}
            for file, line, kind in told.troubles
        ]
        shown = [(one["file"], one["line"], one["why"]) for one in lines]
        if shown:
            show.heading(f"要看的行（{len(shown)}）")
            show.table(("回执", "行", "说明"), shown[:_SHOWN])
            if len(shown) > _SHOWN:
                show.remark(f"这里只列前{_SHOWN}行，其余{len(shown) - _SHOWN}行请加 --json 看。")
            if told.answers.is_empty():
                show.remark(f"一行也没有对上：多半是回执的{keys}一列不对。")
    states = [{"delivery": one.number, "delivered": one.delivered.height, **_counts(one)} for one in deliveries]
    show.document("receipts/1", {"profile": profile.id, "deliveries": states, "lines": lines})


def _counts(past: "PastDelivery") -> dict[str, int]:
    counts = dict(past.standing().group_by("outcome").len().iter_rows())
    return {outcome: counts.get(outcome, 0) for outcome in _OUTCOMES}

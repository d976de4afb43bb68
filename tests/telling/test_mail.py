"""Who gets which mail, by a real server and a real program; and that no failure spoils a night."""

import errno
import json
import os
import socket
import sys
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from bishan_survey.cli.app import app
from bishan_survey.delivery import Letter, letters_of
from bishan_survey.errors import WorkspaceError
from bishan_survey.log import LOGS
from bishan_survey.model import AreaFrame, Design
from bishan_survey.telling.heartbeat import HEARTBEAT
from bishan_survey.telling.mail import PASSWORD_VARIABLE
from bishan_survey.telling.night import Told, tell, tell_failure
from bishan_survey.workspace import Overrides, Workspace
from tests.people import certificate, identity
from tests.returns.sending import person
from tests.telling.servers import MailServer, WebServer, fake_sendmail, own_certificate, serving
from tests.workspace.tiny import Tiny, small

OFFICE, TOWN, OTHER = "office@example.org", "bicheng@example.org", "sanhe@example.org"


@dataclass(frozen=True)
class After:
    """What is there after a night."""

    tiny: Tiny
    run: str
    letters: list[Letter]

    def opened(self, said: Mapping[str, object]) -> Workspace:
        flags = {f"notify.{name}": str(value) for name, value in said.items()}
        return Workspace.open(self.tiny.root, frozenset(self.tiny.design.questionnaires), Overrides(flags))

    def told(self, exit_code: int = 0, letters: list[Letter] | None = None) -> Told:
        return Told(self.run, exit_code, (), self.letters if letters is None else letters)


@pytest.fixture(scope="module")
def after(tmp_path_factory: pytest.TempPathFactory, design: Design, areas: AreaFrame) -> After:
    tiny = Tiny(tmp_path_factory.mktemp("told") / "工作区", small(design), areas)
    tiny.send("大旺社区.xlsx", [person(1), person(3, education="99")])
    night = tiny.night()
    lines = ["镇街,邮箱", f"璧城街道,{TOWN}", f"三合镇,{OTHER}", "没有的镇,x@example.org", f"璧城街道,{OFFICE} x"]
    (tiny.root / "recipients.csv").write_text("\n".join(lines), encoding="utf-8-sig")
    return After(tiny, night.run_id, letters_of(night.followed.league, areas, "测试调查"))


def by_server(port: int, **more: object) -> dict[str, object]:
    way = {"mail": "smtp", "mail_from": "survey@example.org", "mail_to": OFFICE, "smtp_host": "127.0.0.1"}
    return {**way, "smtp_port": port, "smtp_security": "none", "when": "always", **more}


def test_each_gets_its_own_counts_and_nobodys_name(after: After) -> None:
    with serving(MailServer()) as server:
        troubles = tell(after.opened(by_server(server.server_address[1])), after.told())
    assert troubles == [
        "recipients.csv 第4行：没有这个镇街，没有发",
        "recipients.csv 第5行：邮箱写得不对，没有发",
    ]
    got = server.got()
    assert got.keys() == {OFFICE, TOWN, OTHER}
    town = got[TOWN]
    assert (town["Subject"], town["To"], town["Auto-Submitted"]) == (
        "【要办】测试调查：璧城街道",
        TOWN,
        "auto-generated",
    )
    text, page = (town.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert "改正：1处必须改正" in text
    assert '<html lang="zh-CN">' in page
    for told in (text, page):
        assert "大旺社区" in told
        assert "三合镇" not in told
        assert "新场村" not in told
    assert not list(town.iter_attachments())
    everything = "".join(part.get_content() for one in got.values() for part in one.walk() if not part.is_multipart())
    for order in (1, 3):
        assert identity(order=order) not in everything
        assert certificate(order=order) not in everything
        assert str(person(order)["name"]) not in everything
    assert "三合镇" in got[OFFICE].get_body(("plain",)).get_content()


def test_nobody_is_told_unless_somebody_has_said_so(after: After) -> None:
    assert tell(after.opened({}), after.told(exit_code=5)) == []
    assert tell_failure(after.opened({}), "出错", "x", 70) == []


def addresses(after: After, when: str, told: Told) -> set[str]:
    with serving(MailServer()) as server:
        tell(after.opened(by_server(server.server_address[1], when=when)), told)
    return set(server.got())


def done(letters: list[Letter]) -> list[Letter]:
    return [replace(one, counts=one.counts | {"hard_open": 0, "reported": one.counts["villages"]}) for one in letters]


def test_problems_alone_are_told_if_that_is_wished(after: After) -> None:
    quiet = done(after.letters)
    assert addresses(after, "problems", after.told()) == {OFFICE, TOWN, OTHER}
    assert addresses(after, "problems", after.told(letters=quiet)) == set()
    assert addresses(after, "problems", after.told(5, quiet)) == {OFFICE}


def test_changes_alone_are_told_if_that_is_wished(after: After) -> None:
    assert addresses(after, "changes", after.told()) == {OFFICE, TOWN, OTHER}
    again = after.tiny.night()
    same = letters_of(again.followed.league, after.tiny.workspace.areas, "测试调查")
    assert addresses(after, "changes", Told(again.run_id, 0, (), same)) == set()
    changed = [after.letters[0], replace(after.letters[1], to_do=("别的",)), after.letters[2]]
    assert addresses(after, "changes", Told(again.run_id, 0, (), changed)) == {TOWN}


def test_one_who_is_refused_does_not_keep_the_others(after: After) -> None:
    with serving(MailServer(refused=TOWN)) as server:
        troubles = tell(after.opened(by_server(server.server_address[1])), after.told())
    assert server.got().keys() == {OFFICE, OTHER}
    assert troubles[-1] == "给璧城街道的邮件没有发出：SMTPRecipientsRefused"


def test_a_server_without_encryption_gets_nothing(after: After) -> None:
    with serving(MailServer()) as server:
        said = by_server(server.server_address[1], smtp_security="starttls")
        troubles = tell(after.opened(said), after.told())
    assert server.messages == []
    assert troubles[-1].startswith("邮件没有发出：SMTP")


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_an_encrypted_server_that_is_trusted_gets_user_password_and_mail(
    after: After, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, security: str
) -> None:
    certificate = own_certificate(tmp_path / "server.pem")
    monkeypatch.setenv(PASSWORD_VARIABLE, "geheim")
    for trusted in (False, True):
        if trusted:
            monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        with serving(MailServer(certificate=certificate, from_the_start=security == "tls")) as server:
            said = by_server(server.server_address[1], smtp_security=security, smtp_user="u")
            troubles = tell(after.opened(said), after.told())
        logins = [line for line in server.said if line.startswith("AUTH")]
        if not trusted:
            assert (server.messages, logins) == ([], [])
            assert troubles[-1].startswith("邮件没有发出：")
        else:
            assert [b64decode(line.split()[-1]) for line in logins] == [b"\0u\0geheim"]
            assert OFFICE in server.got()


def test_a_password_is_needed_before_anything_is_sent(after: After, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PASSWORD_VARIABLE, raising=False)
    said = by_server(1, smtp_user="u", smtp_security="starttls")
    assert tell(after.opened(said), after.told())[-1].startswith("邮件没有发出：没有密码")
    path = after.tiny.root / "smtp-password.txt"
    path.write_text("geheim\n", encoding="utf-8")
    path.chmod(0o644)
    troubles = tell(after.opened(said | {"smtp_password_file": path.name}), after.told())
    path.unlink()
    if sys.platform != "win32":
        assert "别的账户也能读" in troubles[-1]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"mail": "smtp"}, "请写 mail_from"),
        ({"mail": "smtp", "mail_from": "a@b.cn"}, "请写 smtp_host"),
        ({"mail_from": "a@b.cn\nBcc: x@y.cn"}, "应是邮箱"),
        ({"mail_to": "a@b.cn,没有"}, "应是邮箱的列表"),
        ({"smtp_user": "u", "smtp_security": "none"}, "密码会被人看到"),
        ({"webhook": "http://example.org/"}, "应是https 网址"),
    ],
)
def test_settings_that_do_not_go_together_are_told(after: After, said: dict[str, str], why: str) -> None:
    with pytest.raises(WorkspaceError, match=why):
        after.opened(said)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no sendmail there")
def test_the_machines_own_sendmail_gets_the_message(after: After, tmp_path: Path) -> None:
    way = {"mail": "sendmail", "mail_from": "survey@example.org", "mail_to": OFFICE, "when": "always"}
    tell(after.opened(way | {"sendmail": fake_sendmail(tmp_path)}), after.told())
    message = message_from_bytes((tmp_path / f"{TOWN}.eml").read_bytes(), policy=policy.default)
    assert message["To"] == TOWN
    assert json.loads((tmp_path / f"{TOWN}.json").read_text()) == ["-i", "-f", "survey@example.org", "--", TOWN]
    troubles = tell(after.opened(way | {"sendmail": fake_sendmail(tmp_path, 75)}), after.told())
    assert troubles[2].endswith("sendmail 的退出码是75")
    troubles = tell(after.opened(way | {"sendmail": tmp_path / "none"}), after.told())
    assert "没有发出" in troubles[2]


def test_the_district_is_told_of_a_night_that_failed(after: After) -> None:
    with serving(MailServer()) as server:
        opened = after.opened(by_server(server.server_address[1]))
        assert tell_failure(opened, "工作区有问题", f"{identity()}.xls", 4) == []
    (message,) = server.got().values()
    assert message["Subject"].startswith("【没有发布】")
    assert "工作区有问题：******.xls" in message.get_content()


def by_web(server: WebServer) -> dict[str, object]:
    return {"webhook": f"http://127.0.0.1:{server.server_address[1]}/told", "when": "always"}


def test_another_program_is_told_counts_alone(after: After) -> None:
    with serving(WebServer()) as server:
        opened = after.opened(by_web(server))
        assert tell(opened, after.told(5)) == []
        assert tell_failure(opened, "出错", "x", 70) == []
        assert tell(after.opened(by_web(server) | {"when": "problems"}), after.told(letters=done(after.letters))) == []
    published, failed = server.posted
    assert (published["outcome"], published["run"], published["exit_code"]) == ("published", after.run, 5)
    assert published["district"]["records"] == sum(town["records"] for town in published["towns"]) == 2
    assert [town["name"] for town in published["towns"]] == [*opened.areas.towns.values()]
    assert failed == {"schema": published["schema"], "outcome": "failed", "exit_code": 70}


@pytest.mark.parametrize("status", [302, 500])
def test_an_answer_that_is_no_yes_is_told_and_no_other_way_is_taken(after: After, status: int) -> None:
    with serving(WebServer(status)) as server:
        assert tell(after.opened(by_web(server)), after.told()) == [f"webhook 没有发到：对方回答{status}"]
    assert len(server.posted) == 1
    assert tell(after.opened(by_web(server)), after.told()) == [f"webhook 没有发到：{os.strerror(errno.ECONNREFUSED)}"]


def test_a_hook_that_fails_spoils_no_night(after: After, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        said = by_server(unused.getsockname()[1])
        words = [word for name, value in said.items() for word in ("--set", f"notify.{name}={value}")]
        assert app([*words, "nightly", str(after.tiny.root)], standalone_mode=False) == 0
    assert "邮件没有发出" in capsys.readouterr().err
    root = after.tiny.root
    log = "".join(path.read_text(encoding="utf-8") for path in (root / LOGS).iterdir())
    assert '"event": "not_told", "text": "邮件没有发出' in log
    beat = json.loads((root / HEARTBEAT).read_text(encoding="utf-8"))
    assert beat["last_attempt"]["outcome"] == "published"
    assert (root / "runs" / "current.txt").read_text(encoding="utf-8") == beat["last_success"]["run"]

"""Mail by a server or by the machine's own sendmail. A message that does not go out is told of and not sent again."""

import os
import smtplib
import ssl
import stat
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path

from bishan_survey.workspace import SMTP, STARTTLS, TLS, Notify

PASSWORD_VARIABLE = "BISHAN_SURVEY_SMTP_PASSWORD"  # noqa: S105 - the name of a variable
_TIMEOUT = 30
_OTHERS = 0o077


@dataclass(frozen=True, slots=True)
class Mail:
    """A message."""

    whom: str
    """Whom it is for, in words."""
    to: Sequence[str]
    subject: str
    text: str
    html: str = ""


class NotSentError(Exception):
    """A message did not go out; the words say why."""


def send_all(mails: Sequence[Mail], notify: Notify, root: Path) -> list[str]:
    """Send messages, each on its own: one that is refused does not keep the others.

    Args:
        mails: the messages.
        notify: by which way.
        root: the workspace.

    Returns:
        What did not go out, and why.
    """
    troubles = []
    way = _server if notify.mail == SMTP else _sendmail
    try:
        with way(notify, root) as send:
            for mail in mails:
                try:
                    send(_message(mail, notify.mail_from or ""))
                except (NotSentError, OSError) as error:
                    troubles.append(f"给{mail.whom}的邮件没有发出：{_why(error)}")
    except (NotSentError, OSError) as error:
        troubles.append(f"邮件没有发出：{_why(error)}")
    return troubles


Send = Callable[[EmailMessage], None]


@contextmanager
def _server(notify: Notify, root: Path) -> Iterator[Send]:
    """One connection to the mail server for all messages."""
    password = _password(notify, root) if notify.smtp_user else ""
    server = _connected(notify.smtp_host or "", notify)
    try:
        if notify.smtp_security == STARTTLS:
            server.starttls(context=ssl.create_default_context())
        if notify.smtp_user:
            server.login(notify.smtp_user, password)
        yield lambda message: _sent(server.send_message(message))
    finally:
        server.close()


def _connected(host: str, notify: Notify) -> smtplib.SMTP:
    if notify.smtp_security == TLS:
        return smtplib.SMTP_SSL(host, notify.smtp_port, timeout=_TIMEOUT, context=ssl.create_default_context())
    return smtplib.SMTP(host, notify.smtp_port, timeout=_TIMEOUT)


def _sent(refused: dict[str, tuple[int, bytes]]) -> None:
    if refused:
        raise NotSentError(f"有{len(refused)}个邮箱，邮件服务器不收")


@contextmanager
def _sendmail(notify: Notify, _root: Path) -> Iterator[Send]:
    """The machine's own program, started for each message."""

    def send(message: EmailMessage) -> None:
        to = [address.addr_spec for address in message["To"].addresses]
        words = [notify.sendmail, "-i", "-f", notify.mail_from or "", "--", *to]
        try:
            done = subprocess.run(  # noqa: S603 - what the workspace's owner has written into the settings
                words, input=message.as_bytes(), capture_output=True, timeout=_TIMEOUT, check=False
            )
        except subprocess.TimeoutExpired:
            raise NotSentError(f"{notify.sendmail} 过了{_TIMEOUT}秒没有结束") from None
        if done.returncode:
            raise NotSentError(f"{notify.sendmail} 的退出码是{done.returncode}")

    yield send


def _password(notify: Notify, root: Path) -> str:
    """The password, from the environment or from a file that nobody else can read."""
    if PASSWORD_VARIABLE in os.environ:
        return os.environ[PASSWORD_VARIABLE]
    if notify.smtp_password_file is None:
        raise NotSentError(f"没有密码：请设环境变量 {PASSWORD_VARIABLE}，或写 smtp_password_file")
    path = root / notify.smtp_password_file
    if os.name != "nt" and stat.S_IMODE(path.stat().st_mode) & _OTHERS:
        raise NotSentError(f"{path} 别的账户也能读，请运行 chmod 600")
    return path.read_text(encoding="utf-8-sig").strip()


def _message(mail: Mail, sender: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, ", ".join(mail.to), mail.subject
    message["Date"] = format_datetime(datetime.now().astimezone())
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    if mail.html:
        message.add_alternative(mail.html, subtype="html")
    return message


def _why(error: Exception) -> str:
    """In our words or the system's, never in a server's: it may repeat what was sent to it."""
    if isinstance(error, NotSentError):
        return str(error)
    code = getattr(error, "smtp_code", None)
    if isinstance(error, smtplib.SMTPException):
        return f"{type(error).__name__}" + (f"（{code}）" if code else "")
    return getattr(error, "strerror", None) or type(error).__name__

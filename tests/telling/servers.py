"""Servers that listen on this machine and write down what they are told."""

import json
import socketserver
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TypeVar

_Server = TypeVar("_Server", bound=socketserver.BaseServer)


class MailServer(socketserver.ThreadingTCPServer):
    """Takes mail as a server does, for everybody but those whom it refuses."""

    allow_reuse_address = True

    def __init__(self, refused: str = "") -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.refused = refused
        self.messages: list[tuple[list[str], EmailMessage]] = []
        self.said: list[str] = []

    def got(self) -> dict[str, EmailMessage]:
        """The message that each address has got."""
        return {address: message for to, message in self.messages for address in to}


class _Conversation(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self.say("220 here")
        to: list[str] = []
        while line := self.rfile.readline().decode().strip():
            self.server.said.append(line)
            verb = line.split(":")[0].upper()
            if verb == "QUIT":
                return self.say("221 bye")
            if verb == "DATA":
                self.say("354 go on")
                self.server.messages.append((to, self.message()))
                to = []
            elif verb == "RCPT TO":
                address = line.partition("<")[2].partition(">")[0]
                if address == self.server.refused:
                    self.say("550 nobody")
                    continue
                to.append(address)
            self.say("502 no" if verb == "STARTTLS" else "250 fine")
        return None

    def message(self) -> EmailMessage:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b".") else line)
        return message_from_bytes(b"".join(lines), policy=policy.default)

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


class WebServer(HTTPServer):
    """Takes what is posted, and answers with one status."""

    def __init__(self, status: int = 204) -> None:
        super().__init__(("127.0.0.1", 0), _Posted)
        self.status = status
        self.posted: list[dict] = []


class _Posted(BaseHTTPRequestHandler):
    server: WebServer

    def do_POST(self) -> None:
        self.server.posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.server.status)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing is shown."""


@contextmanager
def serving(server: _Server) -> Iterator[_Server]:
    """A server that answers while the block runs."""
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def fake_sendmail(folder: Path, exit_code: int = 0) -> Path:
    """A program in the place of sendmail, which writes its words and the message beside itself."""
    path = folder / "sendmail"
    path.write_text(
        f"#!{sys.executable}\nimport json, pathlib, sys\nhere = pathlib.Path(__file__).parent\n"
        "text = sys.stdin.buffer.read()\n"
        "(here / f'{sys.argv[-1]}.eml').write_bytes(text)\n"
        "(here / f'{sys.argv[-1]}.json').write_text(json.dumps(sys.argv[1:]))\n"
        f"sys.exit({exit_code})\n",
        encoding="utf-8",
    )
    path.chmod(0o700)
    return path

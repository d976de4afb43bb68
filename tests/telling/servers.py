"""Servers that listen on this machine and write down what they are told."""

import json
import socketserver
import ssl
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

_Server = TypeVar("_Server", bound=socketserver.BaseServer)


class MailServer(socketserver.ThreadingTCPServer):
    """Takes mail as a server does, for everybody but those whom it refuses."""

    allow_reuse_address = True

    def __init__(self, refused: str = "", certificate: Path | None = None, *, from_the_start: bool = False) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.refused = refused
        self.tls: ssl.SSLContext | None = None
        self.from_the_start = from_the_start
        if certificate is not None:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(certificate)
        self.messages: list[tuple[list[str], EmailMessage]] = []
        self.said: list[str] = []

    def got(self) -> dict[str, EmailMessage]:
        """The message that each address has got."""
        return {address: message for to, message in self.messages for address in to}


class _Conversation(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        with suppress(ssl.SSLError):  # whoever does not trust us goes away
            self.converse()

    def finish(self) -> None:
        super().finish()
        self.connection.close()

    def converse(self) -> None:
        if self.server.tls and self.server.from_the_start:
            self.encrypt(self.server.tls)
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
            elif verb == "STARTTLS" and self.server.tls:
                self.say("220 go on")
                self.encrypt(self.server.tls)
                continue
            elif verb.startswith("EHLO"):
                self.say("250-here\r\n250-AUTH PLAIN" + ("\r\n250-STARTTLS" if self.server.tls else ""))
            elif verb.startswith("AUTH"):
                self.say("235 come in")
                continue
            self.say("502 no" if verb == "STARTTLS" else "250 fine")
        return None

    def encrypt(self, tls: ssl.SSLContext) -> None:
        """All that is said from now on is encrypted."""
        self.connection = tls.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", buffering=0)

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


def own_certificate(path: Path) -> Path:
    """A certificate of this machine, and its key, in one file."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, SHA256())
    )
    form = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(key.private_bytes(*form) + signed.public_bytes(Encoding.PEM))
    return path

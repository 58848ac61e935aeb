"""A mail server on loopback that keeps what it is given, and breaks when it is told to."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message


@dataclass
class MailSink:
    """What has arrived. `refuse`: answer every recipient with an error."""

    port: int = 0
    refuse: bool = False
    raw: list[bytes] = field(default_factory=list)

    @property
    def mails(self) -> list[Message]:
        return [message_from_bytes(content) for content in self.raw]

    @property
    def texts(self) -> list[str]:
        return [str(mail.get_payload(decode=True).decode()).replace("\r\n", "\n") for mail in self.mails]


@contextmanager
def mail_sink() -> Iterator[MailSink]:
    """Listens until the block ends."""
    sink = MailSink()

    class Session(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._say("220 sink")
            while line := self.rfile.readline():
                word = line.strip().upper()
                if word.startswith(b"DATA"):
                    self._say("354 go on")
                    sink.raw.append(self._content())
                if word.startswith(b"RCPT") and sink.refuse:
                    self._say("550 hunter2 is not welcome here")
                    continue
                self._say("221 bye" if word == b"QUIT" else "250 fine")
                if word == b"QUIT":
                    return

        def _content(self) -> bytes:
            lines = []
            while (line := self.rfile.readline()) not in (b".\r\n", b""):
                lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
            return b"".join(lines)

        def _say(self, words: str) -> None:
            self.wfile.write(f"{words}\r\n".encode())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session) as server:
        server.daemon_threads = True
        sink.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=[0.02])
        thread.start()
        try:
            yield sink
        finally:
            server.shutdown()
            thread.join()

"""A program in a terminal of its own."""

import codecs
import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time

SECONDS_TO_END = 60


class Terminal:
    """What `command` writes there is `output`; `type` and `read_until` speak with it."""

    def __init__(self, command, columns=120, **more):
        self.output = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")  # a character may come in two pieces
        self._master, terminal = pty.openpty()
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        self._process = subprocess.Popen(command, stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True,
                                         preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0), **more)
        os.close(terminal)

    def type(self, text):
        os.write(self._master, text.encode())

    def _read_some(self, until):
        ready, _, _ = select.select([self._master], [], [], max(0, until - time.monotonic()))
        if not ready:
            raise TimeoutError(f"nothing more in {SECONDS_TO_END} s after {self.output[-500:]!r}")
        try:
            found = os.read(self._master, 65536)
        except OSError:  # the other end is closed
            found = b""
        self.output += self._decoder.decode(found)
        return bool(found)

    def read_until(self, found):
        """Reads until `found(output)` is true; returns what it gives."""
        until = time.monotonic() + SECONDS_TO_END
        while not (result := found(self.output)):
            if not self._read_some(until):
                raise EOFError(f"the program ended after {self.output[-500:]!r}")
        return result

    def finish(self):
        """Reads to the end; the exit code."""
        until = time.monotonic() + SECONDS_TO_END
        while self._read_some(until):
            pass
        return self._process.wait(SECONDS_TO_END)

    def close(self):
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        os.close(self._master)


def in_terminal(command, columns=120, **more):
    """(exit code, output with plain line ends)"""
    terminal = Terminal(command, columns, **more)
    try:
        code = terminal.finish()
        return code, terminal.output.replace("\r\n", "\n")
    finally:
        terminal.close()

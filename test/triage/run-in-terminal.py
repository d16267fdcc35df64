"""Runs a command in a pseudo-terminal. A line of JSON on stdin is typed, or resizes it; what it writes goes to stdout as it is."""

import fcntl
import json
import os
import pty
import select
import signal
import struct
import sys
import termios

columns, rows, *command = sys.argv[1:]
child, terminal = pty.fork()
if child == 0:
    os.execvp(command[0], command)


def resize(width, height):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
    os.kill(child, signal.SIGWINCH)


resize(int(columns), int(rows))
pending = b""
sources = [terminal, 0]
while True:
    ready, _, _ = select.select(sources, [], [])
    if terminal in ready:
        try:
            written = os.read(terminal, 65536)
        except OSError:
            # Linux says so once nobody holds the other end.
            break
        if not written:
            break
        os.write(1, written)
    if 0 in ready:
        asked = os.read(0, 65536)
        if not asked:
            sources = [terminal]
        pending += asked
        *orders, pending = pending.split(b"\n")
        for order in map(json.loads, orders):
            if "type" in order:
                os.write(terminal, order["type"].encode())
            if "size" in order:
                resize(*order["size"])
            if "signal" in order:
                os.kill(child, getattr(signal, order["signal"]))
_, status = os.waitpid(child, 0)
sys.exit(os.waitstatus_to_exitcode(status) & 255)

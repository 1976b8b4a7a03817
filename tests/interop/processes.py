"""Starts the programs that the interoperability tests talk to, on free ports of the loopback interface, and ends them again."""

import contextlib
import os
import pathlib
import re
import signal
import socket
import subprocess
import tempfile
import threading
import time

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
SERVER = pathlib.Path(os.environ.get("WASMQTT_SERVER", REPOSITORY / "build" / "release" / "wasmqtt-server"))
TIMEOUT = 20  # seconds that anything here may take before a test fails


class Server:
    """A running wasmqtt-server: its ports, and its log as far as it has come."""

    def __init__(self, *flags: str):
        self._arrived = threading.Condition()
        self.log: list[str] = []
        self.process = subprocess.Popen(
            [str(SERVER), "--http-port", "0", *flags], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stdout:
            with self._arrived:
                self.log.append(line.rstrip("\n"))
                self._arrived.notify_all()
        with self._arrived:
            self.log.append("(the log ended)")
            self._arrived.notify_all()

    def wait_for_log(self, pattern: str) -> re.Match:
        """The first line of the log, past or to come, that holds the pattern."""
        deadline = time.monotonic() + TIMEOUT
        with self._arrived:
            while True:
                for line in self.log:
                    if match := re.search(pattern, line):
                        return match
                left = deadline - time.monotonic()
                if left <= 0 or not self._arrived.wait(left):
                    raise AssertionError(f"no line with {pattern!r} in the log:\n" + "\n".join(self.log))

    def stop(self) -> int:
        """Asks it to stop and answers its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(TIMEOUT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        self._reader.join(TIMEOUT)
        self.process.stdout.close()
        return code


@contextlib.contextmanager
def broker(*flags: str):
    """wasmqtt-server as a broker; yields it with the attributes mqtt_port and http_port."""
    server = Server("--port", "0", *flags)
    try:
        server.mqtt_port = int(server.wait_for_log(r"listening for MQTT on 127\.0\.0\.1:(\d+)")[1])
        server.http_port = int(server.wait_for_log(r"listening for HTTP.* on 127\.0\.0\.1:(\d+)")[1])
        yield server
    finally:
        server.stop()


@contextlib.contextmanager
def relay(upstream_port: int, *flags: str):
    """wasmqtt-server in front of another broker; yields it with the attribute http_port."""
    server = Server("--upstream", f"mqtt://127.0.0.1:{upstream_port}", *flags)
    try:
        server.http_port = int(server.wait_for_log(r"listening for HTTP.* on 127\.0\.0\.1:(\d+)")[1])
        yield server
    finally:
        server.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def mosquitto(port: int | None = None):
    """Debian's mosquitto, which keeps nothing over its end; yields its TCP port."""
    port = port or free_port()
    with tempfile.TemporaryDirectory() as folder:
        config = pathlib.Path(folder) / "mosquitto.conf"
        config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n", encoding="utf-8")
        process = subprocess.Popen(
            ["/usr/sbin/mosquitto", "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            wait_until_open(port)
            yield port
        finally:
            process.terminate()
            process.wait(TIMEOUT)


def wait_until_open(port: int) -> None:
    """Comes back when something accepts connections on the port."""
    deadline = time.monotonic() + TIMEOUT
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)  # there is no event to wait for before a foreign program listens

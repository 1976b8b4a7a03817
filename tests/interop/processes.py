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
def mosquitto(port: int | None = None, database: str | None = None):
    """Debian's mosquitto, which keeps nothing over its end but in the folder `database`; yields its TCP port."""
    port = port or free_port()
    with tempfile.TemporaryDirectory() as folder:
        config = pathlib.Path(folder) / "mosquitto.conf"
        lines = [f"listener {port} 127.0.0.1", "allow_anonymous true"]
        if database is not None:
            os.chmod(database, 0o777)  # it gives up being root
            lines += ["persistence true", f"persistence_location {database}/"]
        config.write_text("\n".join(lines) + "\n", encoding="utf-8")
        process = subprocess.Popen(
            ["/usr/sbin/mosquitto", "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            wait_until_open(port)
            yield port
        finally:
            process.terminate()
            process.wait(TIMEOUT)


@contextlib.contextmanager
def nats():
    """Debian's nats-server, which speaks MQTT 3.1.1 and nothing else of MQTT; yields its TCP port."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        config = pathlib.Path(folder) / "nats.conf"
        config.write_text(
            f"listen: 127.0.0.1:{free_port()}\nserver_name: test\njetstream {{ store_dir: {folder}/store }}\n"
            f"mqtt {{ host: 127.0.0.1, port: {port} }}\n",
            encoding="utf-8",
        )
        process = subprocess.Popen(
            ["/usr/sbin/nats-server", "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            wait_until_open(port)
            yield port
        finally:
            process.terminate()
            process.wait(TIMEOUT)


class Forwarder:
    """A TCP port whose connections lead to another one, until they are cut."""

    def __init__(self, target: int):
        self._target = target
        self._pairs: list[socket.socket] = []
        self._lock = threading.Lock()
        self._is_cut = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                if self._is_cut:
                    near.close()
                    continue
                far = socket.create_connection(("127.0.0.1", self._target))
                self._pairs += [near, far]
            for source, goal in ((near, far), (far, near)):
                threading.Thread(target=self._move, args=(source, goal), daemon=True).start()

    @staticmethod
    def _move(source: socket.socket, goal: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while some := source.recv(65536):
                goal.sendall(some)
        for each in (source, goal):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def cut(self) -> None:
        """Ends its connections, and every new one at once."""
        with self._lock:
            self._is_cut = True
            for each in self._pairs:
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
                each.close()
            self._pairs = []

    def mend(self) -> None:
        with self._lock:
            self._is_cut = False

    def close(self) -> None:
        self.cut()
        self._listener.close()


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

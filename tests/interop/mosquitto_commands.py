"""mosquitto_pub and mosquitto_sub, as the interoperability tests use them."""

import contextlib
import signal
import subprocess
import threading

import processes


class Subscriber:
    """mosquitto_sub, from the moment at which it is subscribed."""

    def __init__(self, port: int, *arguments: str):
        self.process = subprocess.Popen(
            # It would keep what it prints into a pipe until 4 KiB have come.
            ["stdbuf", "-oL", "mosquitto_sub", "-h", "127.0.0.1", "-p", str(port), "-d", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._lines = iter(self.process.stdout.readline, "")
        self._early = []  # messages of a session that was resumed come before the SUBACK
        self._watchdog = threading.Timer(processes.TIMEOUT, self.process.kill)
        self._watchdog.start()
        try:
            self._wait_for("Subscribed (mid:")
        except AssertionError:
            self.close()
            raise

    def _wait_for(self, text: str) -> None:
        seen = []
        for line in self._lines:
            seen.append(line)
            if line.startswith(">"):
                self._early.append(line)
            if line.startswith(text):
                return
        raise AssertionError(f"mosquitto_sub ended before {text!r}:\n" + "".join(seen))

    def message(self) -> str:
        """The next line that it was told to print for a message; those begin with '>'."""
        if self._early:
            return self._early.pop(0)[1:].rstrip("\n")
        for line in self._lines:
            if line.startswith(">"):
                return line[1:].rstrip("\n")
        raise AssertionError("mosquitto_sub ended before a message came")

    def close(self, with_signal: int = signal.SIGTERM) -> None:
        self._watchdog.cancel()
        self.process.send_signal(with_signal)
        self.process.wait(processes.TIMEOUT)
        self.process.stdout.close()


@contextlib.contextmanager
def subscriber(port: int, *arguments: str):
    running = Subscriber(port, *arguments)
    try:
        yield running
    finally:
        running.close()


def publish(port: int, *arguments: str) -> None:
    subprocess.run(
        ["mosquitto_pub", "-h", "127.0.0.1", "-p", str(port), *arguments], check=True, timeout=processes.TIMEOUT
    )

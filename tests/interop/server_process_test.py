"""wasmqtt-server as a process: bad input over real sockets, ports that are taken, signals and exit codes."""

import base64
import contextlib
import os
import resource
import signal
import socket
import struct
import subprocess
import unittest

import processes


def text(value: bytes) -> bytes:
    return struct.pack("!H", len(value)) + value


def packet(first: int, body: bytes) -> bytes:
    assert len(body) < 128
    return bytes([first, len(body)]) + body


def connect_packet(client_identifier: bytes, version: int = 4) -> bytes:
    properties = b"\x00" if version == 5 else b""
    return packet(0x10, text(b"MQTT") + bytes([version, 2, 0, 0]) + properties + text(client_identifier))


def open_socket(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=processes.TIMEOUT)


def receive(connection: socket.socket, count: int) -> bytes:
    received = b""
    while len(received) < count:
        some = connection.recv(count - len(received))
        if not some:
            raise AssertionError(f"the connection ended after {received!r}")
        received += some
    return received


def receive_until_closed(connection: socket.socket) -> bytes:
    received = b""
    while True:
        try:
            some = connection.recv(65536)
        except ConnectionResetError:
            return received
        if not some:
            return received
        received += some


def open_web_socket(port: int) -> socket.socket:
    connection = open_socket(port)
    key = base64.b64encode(os.urandom(16)).decode()
    connection.sendall(
        (
            "GET /mqtt HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n"
        ).encode()
    )
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += receive(connection, 1)
    assert head.startswith(b"HTTP/1.1 101 "), head
    return connection


def client_frame(opcode: int, payload: bytes) -> bytes:
    assert len(payload) < 126
    mask = os.urandom(4)
    masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))
    return bytes([0x80 | opcode, 0x80 | len(payload)]) + mask + masked


class Bystander:
    """A client that sees whether others are still served."""

    def __init__(self, port: int):
        self.connection = open_socket(port)
        self.connection.sendall(connect_packet(b"bystander") + packet(0x82, b"\x00\x01" + text(b"bystander") + b"\x00"))
        receive(self.connection, 4 + 5)

    def is_served(self) -> bool:
        message = packet(0x30, text(b"bystander") + b"still here?")
        self.connection.sendall(message)
        return receive(self.connection, len(message)) == message


BAD_INPUTS = {
    "garbage": b"\x00\xff\x13\x37",
    "a packet before CONNECT": b"\xc0\x00",
    "a CONNECT with a length without end": b"\x10\xff\xff\xff\xff\x7f",
    "a protocol version that does not exist": packet(0x10, text(b"MQTT") + b"\x63\x02\x00\x00" + text(b"x")),
    "a protocol name that does not exist": packet(0x10, text(b"MQTX") + b"\x04\x02\x00\x00" + text(b"x")),
    "a CONNECT that ends too early": packet(0x10, text(b"MQTT") + b"\x04\x02"),
    "reserved flags": connect_packet(b"flags") + b"\x83\x05\x00\x01\x00\x00\x00",
    "a topic with a wildcard": connect_packet(b"wild") + packet(0x30, text(b"a/#") + b"x"),
    "a topic that is not UTF-8": connect_packet(b"utf8") + packet(0x30, text(b"\xff") + b"x"),
    "an oversized packet": connect_packet(b"big") + b"\x30\xff\xff\x03" + bytes(70_000),
    "a plain HTTP request": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a TLS handshake": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(100),
}


@contextlib.contextmanager
def server_without_a_reader():
    """The server's process and its MQTT port; its log is a pipe from which nobody reads."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [str(processes.SERVER), "--port", str(port), "--http-port", "0"], stderr=subprocess.PIPE, bufsize=0
    )
    try:
        processes.wait_until_open(port)
        yield process, port
    finally:
        process.terminate()
        status = process.wait(processes.TIMEOUT)
        process.stderr.close()
    if status != 0:
        raise AssertionError(f"the server ended with {status}")


class BadInput(unittest.TestCase):
    def test_closes_its_own_connection_with_one_line_in_the_log(self):
        with processes.broker("--max-packet-size", "64KiB") as server:
            bystander = Bystander(server.mqtt_port)
            for name, bytes in BAD_INPUTS.items():
                with self.subTest(name), open_socket(server.mqtt_port) as connection:
                    peer = f"127.0.0.1:{connection.getsockname()[1]}:"
                    connection.sendall(bytes)
                    receive_until_closed(connection)
                    server.wait_for_log(rf"warning {peer} .* closed: .+")
                    self.assertTrue(bystander.is_served())
                    self.assertEqual(sum("warning " + peer in line for line in server.log), 1)
            bystander.connection.close()

    def test_gets_a_5_0_client_the_reason_code(self):
        with processes.broker("--max-packet-size", "64KiB") as server:
            for packets, reason in ((b"\x30\xff\xff\x03", 0x95), (packet(0x30, text(b"a") + b"\x03\x23\x00\x00x"), 0x94)):
                with self.subTest(reason=hex(reason)), open_socket(server.mqtt_port) as connection:
                    connection.sendall(connect_packet(b"modern", version=5))
                    connack = receive(connection, receive(connection, 2)[1])
                    self.assertEqual(connack[1], 0)
                    connection.sendall(packets)
                    disconnect = receive_until_closed(connection)
                    self.assertEqual((disconnect[0], disconnect[2]), (0xE0, reason))

    def test_a_text_frame_closes_the_web_socket_with_code_1003(self):
        with processes.broker() as server:
            bystander = Bystander(server.mqtt_port)
            with open_web_socket(server.http_port) as connection:
                connection.sendall(client_frame(1, b"hello"))
                close = receive_until_closed(connection)
            self.assertEqual((close[0], struct.unpack("!H", close[2:4])[0]), (0x88, 1003))
            server.wait_for_log("closed: .*text frame")
            self.assertTrue(bystander.is_served())
            bystander.connection.close()

    def test_mqtt_without_web_socket_on_the_http_port_is_named_in_the_log(self):
        with processes.broker() as server, open_socket(server.http_port) as connection:
            connection.sendall(connect_packet(b"lost"))
            self.assertTrue(receive_until_closed(connection).startswith(b"HTTP/1.1 400 "))
            server.wait_for_log("MQTT without WebSocket on the HTTP port")

    def test_a_log_that_nobody_reads_does_not_stop_the_server(self):
        with server_without_a_reader() as (_, port):
            for _ in range(2000):  # far more than a pipe holds
                with open_socket(port) as connection:
                    connection.sendall(b"\x00\x00")
                    receive_until_closed(connection)
            bystander = Bystander(port)
            self.assertTrue(bystander.is_served())
            bystander.connection.close()

    def test_a_log_whose_reader_has_ended_does_not_stop_the_server(self):
        with server_without_a_reader() as (process, port):
            process.stderr.close()
            for _ in range(3):
                with open_socket(port) as connection:
                    connection.sendall(b"\x00\x00")
                    receive_until_closed(connection)
            bystander = Bystander(port)
            self.assertTrue(bystander.is_served())
            bystander.connection.close()


class Process(unittest.TestCase):
    def test_ends_well_on_a_signal_and_tells_5_0_clients_why(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number.name), processes.broker() as server:
                with open_socket(server.mqtt_port) as connection, open_web_socket(server.http_port) as web_socket:
                    connection.sendall(connect_packet(b"modern", version=5))
                    receive(connection, receive(connection, 2)[1])
                    server.process.send_signal(number)
                    disconnect = receive_until_closed(connection)
                    self.assertEqual((disconnect[0], disconnect[2]), (0xE0, 0x8B))
                    self.assertEqual(receive(web_socket, 1), b"\x88")
                self.assertEqual(server.process.wait(processes.TIMEOUT), 0)

    def test_names_the_port_that_is_taken_and_the_flag_that_chooses_another(self):
        with socket.socket() as holder:
            holder.bind(("127.0.0.1", 0))
            holder.listen()
            port = holder.getsockname()[1]
            for flag, other in (("--port", "--http-port"), ("--http-port", "--port")):
                with self.subTest(flag):
                    run = subprocess.run(
                        [str(processes.SERVER), flag, str(port), other, "0"],
                        capture_output=True,
                        text=True,
                        timeout=processes.TIMEOUT,
                        check=False,
                    )
                    self.assertNotEqual(run.returncode, 0)
                    self.assertIn(f"port {port} on 127.0.0.1 is taken by another program", run.stderr)
                    self.assertIn(f"choose another with {flag} N", run.stderr)

    def test_outlives_a_lack_of_descriptors(self):
        with processes.broker() as server:
            resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (40, 40))
            connections = [open_socket(server.mqtt_port) for _ in range(80)]
            server.wait_for_log("accepting connections on .* pauses until others end: ")
            for connection in connections:
                connection.close()
            bystander = Bystander(server.mqtt_port)
            self.assertTrue(bystander.is_served())
            bystander.connection.close()

    def test_explains_its_flags(self):
        run = subprocess.run(
            [str(processes.SERVER), "--help"], capture_output=True, text=True, timeout=processes.TIMEOUT, check=False
        )
        self.assertEqual(run.returncode, 0)
        for flag in ("--port", "--http-port", "--bind", "--serve", "--upstream", "--log-level"):
            self.assertIn(flag, run.stdout)


if __name__ == "__main__":
    unittest.main()

"""Paho for C over WebSocket, which mixes up messages that share a frame, with wasmqtt-server and with mosquitto through the relay."""

import contextlib
import pathlib
import subprocess
import tempfile
import unittest

import paho.mqtt.client as paho

import paho_python_test
import processes

SOURCE = pathlib.Path(__file__).with_name("paho_c_client.c")
# Up to what the server has to take for granted of people's payloads.
LARGE = (100, 20_000, 65_536, 200_000, 1024 * 1024, 3 * 1024 * 1024)


def checksum(payload: bytes) -> int:
    value = 2166136261
    for byte in payload:
        value = (value ^ byte) * 16777619 & 0xFFFFFFFF
    return value


def padded(number: int, length: int) -> bytes:
    return f"{number}".encode().ljust(length, b".")


class PahoC(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.program = str(pathlib.Path(cls.folder.name) / "paho_c_client")
        subprocess.run(["cc", "-std=gnu11", "-O2", "-o", cls.program, str(SOURCE), "-lpaho-mqtt3c", "-lpthread"], check=True)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @contextlib.contextmanager
    def receiver(self, http_port: int, topic: str, qos: int, count: int):
        """Yields when it has subscribed, with a call that answers the lines it told of its messages."""
        command = [self.program, f"ws://127.0.0.1:{http_port}/mqtt", "paho-c-receiver", "receive", topic, str(qos), str(count)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            self.assertEqual(process.stdout.readline(), "subscribed\n")
            yield lambda: [process.stdout.readline().rstrip("\n") for _ in range(count)]
            self.assertEqual(process.wait(processes.TIMEOUT), 0)
        finally:
            process.kill()
            process.wait(processes.TIMEOUT)
            process.stdout.close()

    def publish(self, http_port: int, topic: str, qos: int, count: int, length: int) -> None:
        command = [self.program, f"ws://127.0.0.1:{http_port}/mqtt", "paho-c-sender", "publish", topic, str(qos), str(count), str(length)]
        subprocess.run(command, check=True, timeout=processes.TIMEOUT)

    def exchanges_with(self, http_port: int, mqtt_port: int):
        for qos in (0, 1, 2):
            with self.subTest(qos=qos, what="a burst to it"), paho_python_test.client(mqtt_port, "tcp", paho.MQTTv311) as device:
                texts = [f"message {number}" for number in range(100)]
                with self.receiver(http_port, "burst", qos, len(texts)) as received:
                    for text in texts:
                        device.paho.publish("burst", text, qos)
                    expected = [f"{len(text)} {checksum(text.encode())} {text}" for text in texts]
                    self.assertEqual(received(), expected)
            with self.subTest(qos=qos, what="large messages to it"), paho_python_test.client(mqtt_port, "tcp", paho.MQTTv311) as device:
                payloads = [padded(number, length) for number, length in enumerate(LARGE)]
                with self.receiver(http_port, "large", qos, len(payloads)) as received:
                    for payload in payloads:
                        device.paho.publish("large", payload, qos)
                    self.assertEqual([line.strip() for line in received()], [f"{len(payload)} {checksum(payload)}" for payload in payloads])
            with self.subTest(qos=qos, what="messages of it"), paho_python_test.client(mqtt_port, "tcp", paho.MQTTv311) as device:
                device.subscribe("up", qos)
                self.publish(http_port, "up", qos, 100, 50)
                self.assertEqual([device.message().payload for _ in range(100)], [padded(number, 50) for number in range(100)])
                self.publish(http_port, "up", qos, 1, 3 * 1024 * 1024)
                self.assertEqual(device.message().payload, padded(0, 3 * 1024 * 1024))

    def test_exchanges_messages_at_every_qos_up_to_3_MiB_with_the_server(self):
        with processes.broker() as server:
            self.exchanges_with(server.http_port, server.mqtt_port)

    def test_exchanges_messages_at_every_qos_up_to_3_MiB_with_mosquitto_through_the_relay(self):
        with processes.mosquitto() as upstream, processes.relay(upstream) as server:
            self.exchanges_with(server.http_port, upstream)


if __name__ == "__main__":
    unittest.main()

"""Paho for Python exchanges messages with wasmqtt-server over TCP and WebSocket, and through the relay with mosquitto."""

import contextlib
import queue
import unittest

import paho.mqtt.client as paho
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

import processes

TRANSPORTS = ("tcp", "websockets")
VERSIONS = (paho.MQTTv31, paho.MQTTv311, paho.MQTTv5)


class Client:
    """A Paho client on a thread of its own, with its events as queues."""

    def __init__(self, port: int, transport: str, version: int, client_id: str = "", clean: bool = True, will=None):
        # Paho 2 asks which shape its callbacks have.
        versioned = {"callback_api_version": paho.CallbackAPIVersion.VERSION1} if hasattr(paho, "CallbackAPIVersion") else {}
        if version != paho.MQTTv5:
            versioned["clean_session"] = clean
        self.paho = paho.Client(client_id=client_id, protocol=version, transport=transport, **versioned)
        self.messages = queue.Queue()
        self.connected = queue.Queue()
        self.subscribed = queue.Queue()
        self.disconnected = queue.Queue()
        self.paho.on_message = lambda client, data, message: self.messages.put(message)
        self.paho.on_connect = lambda client, data, flags, code, *rest: self.connected.put((int(getattr(code, "value", code)), flags))
        self.paho.on_subscribe = lambda *arguments: self.subscribed.put(arguments)
        self.paho.on_disconnect = lambda client, data, code, *rest: self.disconnected.put(code)
        if transport == "websockets":
            self.paho.ws_set_options(path="/mqtt")
        if will is not None:
            self.paho.will_set(*will)
        clean_start = {"clean_start": clean} if version == paho.MQTTv5 else {}
        self.paho.connect("127.0.0.1", port, **clean_start)
        self.paho.loop_start()
        code, self.flags = self.connected.get(timeout=processes.TIMEOUT)
        assert code == 0, code

    def subscribe(self, topic_filter: str, qos: int, **more) -> None:
        self.paho.subscribe(topic_filter, qos, **more)
        self.subscribed.get(timeout=processes.TIMEOUT)

    def publish(self, topic: str, payload, qos: int, retain: bool = False, **more) -> None:
        self.paho.publish(topic, payload, qos, retain, **more).wait_for_publish(processes.TIMEOUT)

    def message(self):
        return self.messages.get(timeout=processes.TIMEOUT)

    def close(self) -> None:
        self.paho.disconnect()
        self.paho.loop_stop()

    def vanish(self) -> None:
        """Closes the socket without a DISCONNECT."""
        self.paho.loop_stop()
        socket = self.paho.socket()
        # The WebSocket wrapper of Paho would say good-bye on its layer only, which is a loss for MQTT just as well.
        socket.close()


@contextlib.contextmanager
def client(*arguments, **more):
    running = Client(*arguments, **more)
    try:
        yield running
    finally:
        running.close()


class PahoPython(unittest.TestCase):
    def each_kind(self, server):
        for transport in TRANSPORTS:
            for version in VERSIONS:
                with self.subTest(transport=transport, version=version):
                    yield server.mqtt_port if transport == "tcp" else server.http_port, transport, version

    def test_exchanges_messages_at_every_qos_in_every_version_over_both_transports(self):
        with processes.broker() as server:
            for kind in self.each_kind(server):
                with client(*kind) as subscriber, client(*kind) as publisher:
                    subscriber.subscribe("a/#", 2)
                    for qos in (0, 1, 2):
                        for number in range(50):
                            publisher.publish("a/b", f"{qos} {number}", qos)
                        received = [subscriber.message() for _ in range(50)]
                        self.assertEqual([message.payload.decode() for message in received], [f"{qos} {number}" for number in range(50)])
                        self.assertEqual({message.qos for message in received}, {qos})

    def test_gets_retained_messages(self):
        with processes.broker() as server:
            for kind in self.each_kind(server):
                with client(*kind) as publisher, client(*kind) as subscriber:
                    publisher.publish("kept/1", "one", 1, retain=True)
                    subscriber.subscribe("kept/+", 1)
                    message = subscriber.message()
                    self.assertEqual((message.topic, message.payload, message.retain), ("kept/1", b"one", 1))
                    publisher.publish("kept/1", "", 1, retain=True)

    def test_sees_the_will_of_a_client_whose_socket_was_lost(self):
        with processes.broker() as server:
            for kind in self.each_kind(server):
                with client(*kind) as watcher:
                    watcher.subscribe("gone/+", 1)
                    Client(*kind, will=("gone/1", "it is", 1)).vanish()
                    self.assertEqual(watcher.message().payload, b"it is")

    def test_finds_its_session_again(self):
        with processes.broker() as server:
            for transport, version in (("tcp", paho.MQTTv311), ("websockets", paho.MQTTv311)):
                port = server.mqtt_port if transport == "tcp" else server.http_port
                with self.subTest(transport=transport):
                    session = {"client_id": f"sleeper-{transport}", "clean": False}
                    with client(port, transport, version, **session) as sleeper:
                        sleeper.subscribe("news", 2)
                    with client(port, transport, version) as publisher:
                        for number in range(10):
                            publisher.publish("news", str(number), 2)
                    with client(port, transport, version, **session) as sleeper:
                        self.assertEqual(sleeper.flags["session present"], 1)
                        self.assertEqual([sleeper.message().payload.decode() for _ in range(10)], [str(number) for number in range(10)])

    def test_passes_the_properties_of_a_5_0_message_on_unchanged(self):
        with processes.broker() as server, client(server.mqtt_port, "tcp", paho.MQTTv5) as subscriber:
            with client(server.http_port, "websockets", paho.MQTTv5) as publisher:
                subscriber.subscribe("call", 1)
                properties = Properties(PacketTypes.PUBLISH)
                properties.ContentType = "application/json"
                properties.ResponseTopic = "answer"
                properties.CorrelationData = b"\x00\x01"
                properties.UserProperty = [("a", "1"), ("a", "2")]
                publisher.publish("call", "{}", 1, properties=properties)
                received = subscriber.message().properties
                self.assertEqual(received.ContentType, "application/json")
                self.assertEqual(received.ResponseTopic, "answer")
                self.assertEqual(received.CorrelationData, b"\x00\x01")
                self.assertEqual(received.UserProperty, [("a", "1"), ("a", "2")])

    def test_talks_to_mosquitto_through_the_relay(self):
        with processes.mosquitto() as upstream, processes.relay(upstream) as server:
            for version in (paho.MQTTv311, paho.MQTTv5):
                with self.subTest(version=version), client(server.http_port, "websockets", version) as browser, client(upstream, "tcp", version) as device:
                    browser.subscribe("device/#", 2)
                    for qos in (0, 1, 2):
                        device.publish("device/1", f"up {qos}", qos)
                        self.assertEqual(browser.message().payload.decode(), f"up {qos}")
                    large = bytes(range(256)) * 4096
                    device.publish("device/large", large, 1)
                    self.assertEqual(browser.message().payload, large)


if __name__ == "__main__":
    unittest.main()

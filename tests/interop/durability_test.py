"""wasmqtt-server with --data is killed again and again, and nothing that it acknowledged is lost or doubled."""

import queue
import signal
import tempfile
import unittest

import paho.mqtt.client as paho

import processes

MESSAGES = 300
KILLED_AFTER = (20, 80, 140, 200)  # acknowledged messages


class Server:
    """One wasmqtt-server after another, on the same ports and with the same folder."""

    def __init__(self, folder: str, *flags: str):
        self.port = processes.free_port()
        self.flags = ("--port", str(self.port), "--data", folder, *flags)
        self.start()

    def start(self) -> None:
        self.running = processes.Server(*self.flags)
        self.running.wait_for_log(r"listening for HTTP")

    def kill(self) -> None:
        self.running.process.send_signal(signal.SIGKILL)
        self.running.stop()


class Client:
    """A Paho client with a session of its own that comes back by itself."""

    def __init__(self, port: int, name: str):
        versioned = {"callback_api_version": paho.CallbackAPIVersion.VERSION1} if hasattr(paho, "CallbackAPIVersion") else {}
        self.paho = paho.Client(client_id=name, clean_session=False, protocol=paho.MQTTv311, **versioned)
        self.paho.reconnect_delay_set(min_delay=1, max_delay=1)
        self.paho.max_inflight_messages_set(20)
        self.connected, self.subscribed, self.published, self.messages = (queue.Queue() for _ in range(4))
        self.paho.on_connect = lambda *arguments: self.connected.put(arguments)
        self.paho.on_subscribe = lambda *arguments: self.subscribed.put(arguments)
        self.paho.on_publish = lambda client, data, mid, *rest: self.published.put(mid)
        self.paho.on_message = lambda client, data, message: self.messages.put(message)
        self.paho.connect("127.0.0.1", port)
        self.paho.loop_start()
        self.connected.get(timeout=processes.TIMEOUT)

    def close(self) -> None:
        self.paho.disconnect()
        self.paho.loop_stop()


class Durability(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def server(self, *flags: str) -> Server:
        server = Server(self.folder, *flags)
        self.addCleanup(lambda: server.running.stop())
        return server

    def client(self, server: Server, name: str) -> Client:
        client = Client(server.port, name)
        self.addCleanup(client.close)
        return client

    def test_messages_survive_a_server_that_is_killed(self):
        for qos in (1, 2):
            with self.subTest(qos=qos):
                server = self.server()
                subscriber = self.client(server, f"subscriber-{qos}")
                subscriber.paho.subscribe("t", qos)
                subscriber.subscribed.get(timeout=processes.TIMEOUT)
                publisher = self.client(server, f"publisher-{qos}")
                for number in range(MESSAGES):
                    publisher.paho.publish("t", str(number), qos)
                for acknowledged in range(1, MESSAGES + 1):
                    publisher.published.get(timeout=processes.TIMEOUT)
                    if acknowledged in KILLED_AFTER:
                        server.kill()
                        server.start()
                numbers = []
                while len(set(numbers)) < MESSAGES:
                    numbers.append(int(subscriber.messages.get(timeout=processes.TIMEOUT).payload))
                if qos == 2:
                    self.assertEqual(sorted(numbers), list(range(MESSAGES)))
                publisher.close()
                subscriber.close()
                server.running.stop()

    def test_sessions_and_retained_messages_survive_a_stop_in_good_order(self):
        server = self.server("--durability", "process")
        client = self.client(server, "client")
        client.paho.subscribe("t", 1)
        client.subscribed.get(timeout=processes.TIMEOUT)
        client.close()
        other = self.client(server, "other")
        other.paho.publish("t", "kept", 1, retain=True).wait_for_publish(processes.TIMEOUT)
        other.close()
        self.assertEqual(server.running.stop(), 0)
        server.start()
        server.running.wait_for_log(r"restored 2 sessions and 1 retained message")
        again = self.client(server, "client")
        self.assertEqual(again.messages.get(timeout=processes.TIMEOUT).payload, b"kept")

    def test_a_folder_that_is_in_use_is_refused(self):
        self.server()
        second = processes.Server("--port", "0", "--data", self.folder)
        second.wait_for_log(r"--data: .*broker\.sqlite can't be used: another server uses it")
        self.assertEqual(second.process.wait(processes.TIMEOUT), 1)
        second.stop()

    def test_a_folder_that_cannot_be_made_is_refused(self):
        server = processes.Server("--port", "0", "--data", "/proc/nothing")
        server.wait_for_log(r"--data: the folder '/proc/nothing' can't be made")
        self.assertEqual(server.process.wait(processes.TIMEOUT), 1)
        server.stop()


if __name__ == "__main__":
    unittest.main()

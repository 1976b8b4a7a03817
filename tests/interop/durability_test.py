"""wasmqtt-server with --data is killed again and again, and nothing that it acknowledged is lost or doubled."""

import tempfile
import unittest

import processes
from killed_servers import KILLED_AFTER, MESSAGES, Client, Server

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

"""wasmqtt-server with --bridge stands beside mosquitto: clients of either see what clients of the other publish."""

import contextlib
import signal
import tempfile
import unittest

import processes
from killed_servers import KILLED_AFTER, MESSAGES, Client, Server
from mosquitto_commands import publish, subscriber

FEW = [str(number) for number in range(20)]


@contextlib.contextmanager
def bridged(remote_port: int, *flags: str):
    with processes.broker("--bridge", f"mqtt://127.0.0.1:{remote_port}", "--bridge-client-id", "bridge", *flags) as server:
        yield server


@contextlib.contextmanager
def connected(remote_port: int, *flags: str):
    with bridged(remote_port, *flags) as server:
        server.wait_for_log("bridge: connected to the broker at")
        yield server


class Bridge(unittest.TestCase):
    def test_carries_messages_of_every_qos_both_ways_in_both_versions(self):
        with processes.mosquitto() as mosquitto:
            for version in ("5", "3.1.1"):
                with connected(mosquitto, "--bridge-mqtt", version) as server:
                    for qos in "012":
                        for origin, goal in ((mosquitto, server.mqtt_port), (server.mqtt_port, mosquitto)):
                            with self.subTest(version=version, qos=qos, goal="here" if goal == server.mqtt_port else "there"):
                                with subscriber(goal, "-t", "room/#", "-q", "2", "-F", ">%t %p %q") as client:
                                    publish(origin, "-t", "room/7", "-m", "21.5", "-q", qos)
                                    self.assertEqual(client.message(), f"room/7 21.5 {qos}")

    def test_carries_each_message_once_and_back_to_nobody(self):
        with processes.mosquitto() as mosquitto:
            for version in ("5", "3.1.1"):
                with self.subTest(version=version), connected(mosquitto, "--bridge-mqtt", version) as server:
                    for origin in (mosquitto, server.mqtt_port):
                        with subscriber(origin, "-t", "echo", "-F", ">%p") as client:
                            publish(origin, "-t", "echo", "-m", "once", "-q", "1")
                            # It crosses and would be back before this one, which takes the same way.
                            publish(mosquitto if origin == server.mqtt_port else server.mqtt_port, "-t", "echo", "-m", "last", "-q", "1")
                            self.assertEqual([client.message(), client.message()], ["once", "last"])

    def test_keeps_retained_messages_retained(self):
        with processes.mosquitto() as mosquitto:
            publish(mosquitto, "-t", "kept/there", "-m", "1", "-r")
            with connected(mosquitto) as server:
                publish(server.mqtt_port, "-t", "kept/here", "-m", "2", "-r", "-q", "1")
                with subscriber(mosquitto, "-t", "kept/#", "-F", ">%t %r", "-W", "5") as client:
                    self.assertEqual({client.message(), client.message()}, {"kept/there 1", "kept/here 1"})
                with subscriber(server.mqtt_port, "-t", "kept/#", "-F", ">%t %r", "-W", "5") as client:
                    self.assertEqual({client.message(), client.message()}, {"kept/there 1", "kept/here 1"})

    def test_follows_its_rules(self):
        with processes.mosquitto() as mosquitto:
            with connected(mosquitto, "--bridge-topic", "state/# in 0 hall/ site/7/", "--bridge-topic", "command/# out") as server:
                with subscriber(server.mqtt_port, "-t", "#", "-F", ">%t %p") as client:
                    publish(mosquitto, "-t", "other", "-m", "x", "-q", "1")
                    publish(mosquitto, "-t", "site/7/state/lamp", "-m", "on", "-q", "1")
                    self.assertEqual(client.message(), "hall/state/lamp on")
                with subscriber(mosquitto, "-t", "#", "-F", ">%t %p") as client:
                    publish(server.mqtt_port, "-t", "hall/state/lamp", "-m", "off", "-q", "1")
                    publish(server.mqtt_port, "-t", "command/lamp", "-m", "off", "-q", "1")
                    self.assertEqual(client.message(), "command/lamp off")

    def test_loses_nothing_that_was_acknowledged_when_both_servers_end(self):
        """mosquitto stops, the server is killed, and both come back."""
        port = processes.free_port()
        with tempfile.TemporaryDirectory() as folder:
            with processes.mosquitto(port), connected(port, "--data", folder) as server:
                pass
            with bridged(port, "--data", folder) as server:
                for number in FEW:
                    publish(server.mqtt_port, "-t", "up", "-m", number, "-q", "2")
                server.process.send_signal(signal.SIGKILL)
                server.process.wait(processes.TIMEOUT)
            with processes.mosquitto(port), subscriber(port, "-t", "up", "-q", "2", "-F", ">%p") as client:
                with bridged(port, "--data", folder):
                    self.assertEqual([client.message() for _ in FEW], FEW)

    def test_loses_nothing_while_both_servers_are_killed_again_and_again(self):
        for qos in (1, 2):
            with self.subTest(qos=qos), tempfile.TemporaryDirectory() as there, tempfile.TemporaryDirectory() as here:
                remote = Server(there)
                bridge = ("--bridge", f"mqtt://127.0.0.1:{remote.port}", "--bridge-client-id", "bridge")
                local = Server(here, *bridge)
                servers = [remote, local]
                clients = [Client(remote.port, "subscriber"), Client(local.port, "publisher")]
                subscriber, publisher = clients
                try:
                    subscriber.paho.subscribe("t", qos)
                    subscriber.subscribed.get(timeout=processes.TIMEOUT)
                    for number in range(MESSAGES):
                        publisher.paho.publish("t", str(number), qos)
                    for acknowledged in range(1, MESSAGES + 1):
                        publisher.published.get(timeout=processes.TIMEOUT)
                        if acknowledged in KILLED_AFTER:
                            for server in servers:
                                server.kill()
                                server.start()
                    arrived = set()
                    while len(arrived) < MESSAGES:
                        arrived.add(int(subscriber.messages.get(timeout=processes.TIMEOUT).payload))
                finally:
                    for each in clients:
                        each.close()
                    for server in servers:
                        server.running.stop()

    def test_gets_what_the_other_broker_kept_while_it_was_killed(self):
        with processes.mosquitto() as mosquitto, tempfile.TemporaryDirectory() as folder:
            session = ("-c", "-i", "sleeper", "-t", "down", "-q", "1", "-F", ">%p")
            with connected(mosquitto, "--data", folder) as server:
                with subscriber(server.mqtt_port, *session):
                    pass
                server.process.send_signal(signal.SIGKILL)
                server.process.wait(processes.TIMEOUT)
            for number in FEW:
                publish(mosquitto, "-t", "down", "-m", number, "-q", "1")
            with connected(mosquitto, "--data", folder) as server, subscriber(server.mqtt_port, *session) as client:
                self.assertEqual([client.message() for _ in FEW], FEW)


if __name__ == "__main__":
    unittest.main()

"""wasmqtt-server with --bridge stands beside mosquitto: clients of either see what clients of the other publish."""

import contextlib
import signal
import subprocess
import tempfile
import time
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


def retained(port: int) -> list[str]:
    """What a new subscriber is told, "topic payload", in the order of the topics."""
    with subscriber(port, "-t", "#", "-t", "end/of/retained", "-F", ">%t %p") as client:
        publish(port, "-t", "end/of/retained", "-m", "", "-q", "1")
        found = list(iter(client.message, "end/of/retained "))
    return sorted(found)


def until(expected, question):
    """Asks until the answer is what is expected, or time is up; answers the last answer."""
    deadline = time.monotonic() + processes.TIMEOUT
    while (answer := question()) != expected and time.monotonic() < deadline:
        time.sleep(0.1)  # a foreign program has no event for it
    return answer


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


class RetainedMessages(unittest.TestCase):
    def are_on_both(self, expected: list[str], *ports: int) -> None:
        for port in ports:
            self.assertEqual(until(expected, lambda port=port: retained(port)), expected)

    def test_of_both_sides_are_on_both_after_the_first_contact(self):
        for version in ("5", "3.1.1"):
            port = processes.free_port()
            with self.subTest(version=version), bridged(port, "--bridge-mqtt", version) as server:
                publish(server.mqtt_port, "-r", "-t", "door", "-m", "open")
                publish(server.mqtt_port, "-r", "-t", "window", "-m", "shut", "-q", "2")
                with processes.mosquitto(port):
                    publish(port, "-r", "-t", "lamp", "-m", "on")
                    self.are_on_both(["door open", "lamp on", "window shut"], server.mqtt_port, port)

    def test_that_changed_here_while_the_other_broker_was_away_cross(self):
        port = processes.free_port()
        with tempfile.TemporaryDirectory() as folder, bridged(port) as server:
            with processes.mosquitto(port, folder):
                server.wait_for_log("bridge: connected to the broker at")
                publish(server.mqtt_port, "-r", "-t", "lamp", "-m", "off")
                publish(port, "-r", "-t", "fan", "-m", "on")
                self.are_on_both(["fan on", "lamp off"], server.mqtt_port, port)
            publish(server.mqtt_port, "-r", "-t", "lamp", "-m", "on")
            publish(server.mqtt_port, "-r", "-n", "-t", "fan")
            publish(server.mqtt_port, "-r", "-t", "door", "-m", "open")
            with processes.mosquitto(port, folder):
                self.are_on_both(["door open", "lamp on"], server.mqtt_port, port)

    def test_are_sent_to_a_broker_that_has_lost_its_memory(self):
        port = processes.free_port()
        with bridged(port) as server:
            with processes.mosquitto(port):
                server.wait_for_log("bridge: connected to the broker at")
                publish(port, "-r", "-t", "lamp", "-m", "on")
                publish(server.mqtt_port, "-r", "-t", "door", "-m", "open")
                self.are_on_both(["door open", "lamp on"], server.mqtt_port, port)
            with processes.mosquitto(port):
                self.are_on_both(["door open", "lamp on"], port, server.mqtt_port)

    def test_are_the_newer_ones_after_the_two_were_apart(self):
        with processes.mosquitto() as mosquitto, contextlib.closing(processes.Forwarder(mosquitto)) as link:
            with connected(link.port) as server:
                for topic in ("set/here", "set/there", "cleared/here", "cleared/there"):
                    publish(server.mqtt_port, "-r", "-t", topic, "-m", "1")
                all_set = ["cleared/here 1", "cleared/there 1", "set/here 1", "set/there 1"]
                self.are_on_both(all_set, mosquitto, server.mqtt_port)
                time.sleep(2)  # that they have arrived is known when a ping is answered, a second later at most
                link.cut()
                publish(server.mqtt_port, "-r", "-t", "set/here", "-m", "2")
                publish(server.mqtt_port, "-r", "-n", "-t", "cleared/here")
                publish(mosquitto, "-r", "-t", "set/there", "-m", "2")
                publish(mosquitto, "-r", "-n", "-t", "cleared/there")
                link.mend()
                self.are_on_both(["set/here 2", "set/there 2"], server.mqtt_port, mosquitto)

    def test_are_not_cleared_here_because_mosquitto_tells_of_a_thousand_alone(self):
        """It drops retained messages of QoS 1 beyond max_queued_messages and max_inflight_messages."""
        many = 3000
        with processes.mosquitto() as mosquitto, contextlib.closing(processes.Forwarder(mosquitto)) as link:
            with connected(link.port) as server:
                for number in range(0, many, 500):
                    client = Client(server.mqtt_port, f"publisher {number}")
                    for each in range(number, number + 500):
                        client.paho.publish(f"many/{each}", "x", 1, retain=True)
                    for _ in range(500):
                        client.published.get(timeout=processes.TIMEOUT)
                    client.close()
                count = lambda port: len(retained_of_qos_0(port))  # noqa: E731
                self.assertEqual(until(many, lambda: count(mosquitto)), many)
                link.cut()
                publish(mosquitto, "-r", "-n", "-t", "many/7")
                link.mend()
                self.assertEqual(until(many - 1, lambda: count(server.mqtt_port)), many - 1)
                self.assertEqual(count(mosquitto), many - 1)


def retained_of_qos_0(port: int) -> list[str]:
    output = subprocess.run(
        ["mosquitto_sub", "-h", "127.0.0.1", "-p", str(port), "-t", "many/#", "-q", "0", "-W", "2"],
        capture_output=True,
        text=True,
        check=False,
        timeout=processes.TIMEOUT,
    )
    return output.stdout.splitlines()


class ABrokerOf311(unittest.TestCase):
    def test_is_spoken_to_without_the_sign_of_a_bridge_and_nothing_comes_back(self):
        with processes.nats() as nats, bridged(nats, "--bridge-topic", "room/#") as server:
            server.wait_for_log("does not take MQTT 5.0; trying MQTT 3.1.1 with the sign of a bridge")
            server.wait_for_log("does not take MQTT 3.1.1 with the sign of a bridge; trying MQTT 3.1.1$")
            server.wait_for_log(r"bridge: connected to the broker at \S+, MQTT 3\.1\.1$")
            for qos in "012":
                for origin, goal in ((nats, server.mqtt_port), (server.mqtt_port, nats)):
                    if origin == nats and qos == "2":
                        continue  # 2.9, of Debian 12, does not have it
                    with subscriber(goal, "-t", "room/#", "-q", "1", "-F", ">%p") as there:
                        with subscriber(origin, "-t", "room/#", "-q", "1", "-F", ">%p") as client:
                            publish(origin, "-t", "room/7", "-m", "once", "-q", qos)
                            self.assertEqual(there.message(), "once")
                            publish(goal, "-t", "room/7", "-m", "last", "-q", "1")
                            self.assertEqual([client.message(), client.message()], ["once", "last"])


if __name__ == "__main__":
    unittest.main()

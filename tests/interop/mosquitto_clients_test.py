"""mosquitto_pub and mosquitto_sub exchange messages with wasmqtt-server over TCP."""

import signal
import subprocess
import unittest

import processes
from mosquitto_commands import Subscriber, publish, subscriber

VERSIONS = ("mqttv31", "mqttv311", "mqttv5")


class MosquittoClients(unittest.TestCase):
    def test_exchange_messages_at_every_qos_in_every_version(self):
        with processes.broker() as server:
            for version in VERSIONS:
                for qos in "012":
                    with self.subTest(version=version, qos=qos):
                        with subscriber(server.mqtt_port, "-V", version, "-t", "room/+/temperature", "-q", qos, "-F", ">%t %p %q %r") as client:
                            publish(server.mqtt_port, "-V", version, "-t", "room/7/temperature", "-m", "21.5", "-q", qos)
                            self.assertEqual(client.message(), f"room/7/temperature 21.5 {qos} 0")

    def test_get_a_retained_message_when_they_subscribe_and_none_after_it_was_cleared(self):
        with processes.broker() as server:
            for version in VERSIONS:
                with self.subTest(version=version):
                    publish(server.mqtt_port, "-V", version, "-t", "kept", "-m", "last words", "-r", "-q", "1")
                    with subscriber(server.mqtt_port, "-V", version, "-t", "kept", "-q", "1", "-F", ">%t %p %q %r") as client:
                        self.assertEqual(client.message(), "kept last words 1 1")
                    publish(server.mqtt_port, "-V", version, "-t", "kept", "-n", "-r", "-q", "1")
                    with subscriber(server.mqtt_port, "-V", version, "-t", "kept", "-F", ">%p %r") as client:
                        publish(server.mqtt_port, "-V", version, "-t", "kept", "-m", "live")
                        self.assertEqual(client.message(), "live 0")

    def test_see_the_will_of_a_client_that_was_killed_and_not_of_one_that_said_good_bye(self):
        with processes.broker() as server:
            will = ("--will-topic", "status/device", "--will-payload", "gone", "--will-qos", "1")
            with subscriber(server.mqtt_port, "-t", "status/#", "-q", "1", "-F", ">%t %p") as watcher:
                polite = Subscriber(server.mqtt_port, "-t", "x", *will)
                polite.close(signal.SIGTERM)
                publish(server.mqtt_port, "-t", "status/between", "-m", "nothing so far")
                self.assertEqual(watcher.message(), "status/between nothing so far")
                killed = Subscriber(server.mqtt_port, "-t", "x", *will)
                killed.close(signal.SIGKILL)
                self.assertEqual(watcher.message(), "status/device gone")

    def test_find_what_was_published_while_they_were_away(self):
        with processes.broker() as server:
            session = ("-c", "-i", "sleeper", "-t", "news", "-q", "1", "-F", ">%p")
            with subscriber(server.mqtt_port, *session):
                pass
            for number in range(20):
                publish(server.mqtt_port, "-t", "news", "-m", str(number), "-q", "1")
            with subscriber(server.mqtt_port, *session) as client:
                self.assertEqual([client.message() for _ in range(20)], [str(number) for number in range(20)])

    def test_exchange_a_payload_of_a_mebibyte(self):
        with processes.broker() as server:
            with subscriber(server.mqtt_port, "-t", "large", "-q", "2", "-F", ">%l") as client:
                subprocess.run(
                    ["mosquitto_pub", "-h", "127.0.0.1", "-p", str(server.mqtt_port), "-t", "large", "-s", "-q", "2"],
                    input=b"x" * (1 << 20),
                    check=True,
                    timeout=processes.TIMEOUT,
                )
                self.assertEqual(client.message(), str(1 << 20))

    def test_reach_another_broker_only_through_websocket_when_the_server_is_a_relay(self):
        with processes.mosquitto() as upstream, processes.relay(upstream) as server:
            self.assertFalse(any("listening for MQTT on" in line for line in server.log))


if __name__ == "__main__":
    unittest.main()

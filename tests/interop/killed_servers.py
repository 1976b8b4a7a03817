"""Servers that are killed and begun again with what they kept, and Paho clients that come back by themselves."""

import queue
import signal

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

"""A packet of many mebibytes goes through wasmqtt-server whole, over TCP and WebSocket, and takes few copies of memory."""

import hashlib
import os
import re
import struct
import threading
import unittest

import processes
from server_process_test import connect_packet, open_socket, packet, receive, text

MEBIBYTE = 1024 * 1024
PAYLOAD = 96 * MEBIBYTE
COPIES = 3  # of the payload, that may be in memory at a time


def remaining_length(value: int) -> bytes:
    encoded = b""
    while True:
        value, low = divmod(value, 128)
        encoded += bytes([low | (0x80 if value else 0)])
        if not value:
            return encoded


def peak_memory(process_id: int) -> int:
    with open(f"/proc/{process_id}/status", encoding="ascii") as status:
        return int(re.search(r"VmHWM:\s+(\d+) kB", status.read())[1]) * 1024


class Reader(threading.Thread):
    """Takes so many bytes from a socket and keeps their digest."""

    def __init__(self, connection, count: int):
        super().__init__(daemon=True)
        self.connection, self.left = connection, count
        self.digest = hashlib.sha256()

    def run(self) -> None:
        while self.left > 0:
            some = self.connection.recv(min(self.left, MEBIBYTE))
            if not some:
                return
            self.digest.update(some)
            self.left -= len(some)


class LargePacket(unittest.TestCase):
    def test_goes_through_in_few_copies_at_every_qos(self):
        for qos in (0, 1, 2):
            with self.subTest(qos=qos), processes.broker() as server:
                subscriber, publisher = open_socket(server.mqtt_port), open_socket(server.mqtt_port)
                self.addCleanup(subscriber.close)
                self.addCleanup(publisher.close)
                subscriber.sendall(connect_packet(b"subscriber") + packet(0x82, b"\x00\x01" + text(b"large") + bytes([qos])))
                receive(subscriber, 4 + 5)
                publisher.sendall(connect_packet(b"publisher"))
                receive(publisher, 4)
                identifier = b"\x00\x01" if qos else b""
                head = text(b"large") + identifier
                block = os.urandom(MEBIBYTE)
                before = peak_memory(server.process.pid)
                fixed_header = bytes([0x30 | qos << 1]) + remaining_length(len(head) + PAYLOAD)
                reader = Reader(subscriber, len(fixed_header) + len(head) + PAYLOAD)
                reader.start()
                sent = hashlib.sha256(fixed_header + head)
                publisher.sendall(fixed_header + head)
                for _ in range(PAYLOAD // MEBIBYTE):
                    publisher.sendall(block)
                    sent.update(block)
                reader.join(processes.TIMEOUT)
                self.assertEqual(reader.left, 0)
                self.assertEqual(reader.digest.digest(), sent.digest())
                grown = peak_memory(server.process.pid) - before
                self.assertLess(grown / PAYLOAD, COPIES)
                if qos:
                    self.assertEqual(receive(publisher, 4), struct.pack("!BBH", 0x40 if qos == 1 else 0x50, 2, 1))


if __name__ == "__main__":
    unittest.main()

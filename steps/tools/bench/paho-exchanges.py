"""Eclipse Paho for Python, doing what other MQTT tools are asked to do. It judges nothing and records nothing.

Usage: python3 paho-exchanges.py HOST PORT KIND COUNT [MS], as in exchange-work.ts; with --version it says the library's and ends
"""

import json
import selectors
import socket
import sys
import time

import paho.mqtt
import paho.mqtt.client as mqtt

if sys.argv[1:] == ["--version"]:
    print(paho.mqtt.__version__)
    sys.exit(0)

host, port, kind, count = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
ms = int(sys.argv[5]) if len(sys.argv) > 5 else 0


class Device:
    """A connected device that hears its response topic."""

    def __init__(self, name):
        versions = getattr(mqtt, "CallbackAPIVersion", None)
        self.client = mqtt.Client(*([] if versions is None else [versions.VERSION1]), client_id=name)
        self.topic = f"/ext/ntp/benchmark/{name}"
        self.ready = False
        self.answers = 0
        self.answered = lambda: None
        self.client.on_socket_open = lambda _c, _u, sock: sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.client.on_connect = lambda client, *_: client.subscribe(f"{self.topic}/response", 0)
        self.client.on_subscribe = self._subscribed
        self.client.on_message = self._heard
        self.client.connect(host, port, 60)
        self.pump(lambda: self.ready)

    def _subscribed(self, *_):
        self.ready = True

    def _heard(self, *_):
        self.answers += 1
        self.answered()

    def ask(self):
        self.client.publish(f"{self.topic}/request", '{"deviceSendTime":%d}' % (time.time() * 1000), 0)

    def pump(self, until):
        while not until():
            if self.client.loop(timeout=10) != mqtt.MQTT_ERR_SUCCESS:
                raise RuntimeError("the connection has ended")

    def close(self):
        self.client.disconnect()


def take_turns(device, times):
    for turn in range(1, times + 1):
        device.ask()
        device.pump(lambda: device.answers >= turn)
    return times


def anew():
    for _ in range(count):
        device = Device("paho")
        take_turns(device, 1)
        device.close()
    return count


def many(devices):
    end = time.monotonic() + ms / 1000
    selector = selectors.DefaultSelector()
    lasting = len(devices)

    def again(device):
        nonlocal lasting
        if time.monotonic() < end:
            device.ask()
        else:
            lasting -= 1

    for device in devices:
        device.answered = lambda device=device: again(device)
        selector.register(device.client.socket(), selectors.EVENT_READ, device)
        device.ask()
    while lasting > 0:
        for key, _ in selector.select(10):
            key.data.client.loop_read()
            while key.data.client.want_write():
                key.data.client.loop_write()
    return sum(device.answers for device in devices)


def burst(device):
    for _ in range(count):
        device.ask()
    device.pump(lambda: device.answers >= count)
    return count


def peak():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))


def main():
    devices = [] if kind == "anew" else [Device(f"paho-{n}") for n in range(count if kind == "many" else 1)]
    works = {
        "anew": anew,
        "turns": lambda: take_turns(devices[0], count),
        "many": lambda: many(devices),
        "burst": lambda: burst(devices[0]),
    }
    cpu, start = time.process_time(), time.perf_counter()
    exchanges = works[kind]()
    took = (time.perf_counter() - start) * 1000
    done = {"exchanges": exchanges, "ms": took, "cpuMs": (time.process_time() - cpu) * 1000, "peakBytes": peak()}
    print(json.dumps(done))


main()

#!/usr/bin/env python3
"""Prints what a Busbar station publishes over ZeroMQ, first what is known already, then every change.

    subscribe.py                  everything
    subscribe.py hv/1/            all of channel 1 of hv
    subscribe.py hv/1/voltage/ 'hv/$event/'

A topic ends in a slash, so that hv/1/ is not hv/10/ as well. Needs pyzmq (Debian: python3-zmq).
"""
import argparse
import json
import time

import zmq

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("prefixes", nargs="*", default=[""], metavar="prefix")
parser.add_argument("--address", default="tcp://127.0.0.1:5556", help="where the station publishes (%(default)s)")
options = parser.parse_args()

socket = zmq.Context().socket(zmq.SUB)
socket.connect(options.address)  # also when the station is not there yet: ZeroMQ waits, and reconnects by itself
for prefix in options.prefixes:
    socket.subscribe(prefix)

last = {}  # topic -> (epoch, seq) of the newest message seen


def text_of(message):
    """One line for a person."""
    kind = message["type"]
    if kind == "reading":
        value = message["value"]
        shown = f"{value:.6g}" if isinstance(value, float) else value
        return f'{shown} {message.get("unit", "")} {message["quality"]}'
    if kind in ("reply", "failure"):
        return f'{message["command"]["command"]}: {message.get("value", message.get("problem"))}'
    if kind == "alarm":
        return f'{message["alarm"]} {"active" if message["isActive"] else "cleared"}: {message["message"]}'
    return f'{message["event"]} {message["details"]}'


while True:
    topic, payload, *data = socket.recv_multipart()  # a third frame is binary data: an image, a counting point
    message = json.loads(payload)
    stamp = (message["epoch"], message["seq"])
    seen = last.get(topic)

    if message.get("snapshot") and seen is not None and stamp <= seen:
        continue  # repeated for another newcomer: we know it
    # ZeroMQ drops messages for a subscriber that is too slow. `previous` is the seq that came before this one on its topic.
    if not message.get("snapshot") and seen is not None and seen[0] == message["epoch"] and seen[1] != message["previous"]:
        print(f'{message["topic"]}: messages were lost before this one', flush=True)
    last[topic] = stamp

    when = time.strftime("%H:%M:%S", time.localtime(message["timeMs"] / 1000))
    print(when, message["topic"], text_of(message), flush=True)

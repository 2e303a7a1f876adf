#!/usr/bin/env python3
"""Sends one request to a Busbar station over ZeroMQ and prints the answer as JSON.

    command.py                                      what managers there are, and what they can do
    command.py hv setVoltage 1 voltage=2000         a command for channel 1
    command.py hv makeSafe                          a command for the whole manager
    command.py --get 'hv/**'                        the newest readings

Ends with 0 when it was done, 1 when it was refused, 3 when nobody answered. Needs pyzmq (Debian: python3-zmq).
"""
import argparse
import json
import sys

import zmq

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("words", nargs="*", metavar="word", help="manager command [channel] [name=value ...]")
parser.add_argument("--get", metavar="pattern", help="newest readings of these topics")
parser.add_argument("--address", default="tcp://127.0.0.1:5557", help="where the station takes commands (%(default)s)")
parser.add_argument("--timeout", type=float, default=30, help="seconds to wait for the answer (%(default)s)")
options = parser.parse_args()


def value_of(text):
    """2000 is a number, true is a flag, [1, 2] a list; anything else is text."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def request_of(words):
    if options.get:
        return {"type": "get", "patterns": [options.get]}
    if len(words) < 2:
        return {"type": "describe", **({"manager": words[0]} if words else {})}
    manager, command, *rest = words
    arguments = dict(word.split("=", 1) for word in rest if "=" in word)
    channels = [word for word in rest if "=" not in word]
    request = {"type": "command", "manager": manager, "command": command}
    if channels:
        request["channel"] = channels[0]
    request["arguments"] = {name: value_of(text) for name, text in arguments.items()}
    return request


socket = zmq.Context().socket(zmq.REQ)  # a DEALER does as well, and may have many requests on their way
socket.linger = 0
socket.connect(options.address)
socket.send_json(request_of(options.words))

if not socket.poll(options.timeout * 1000):
    print(f"no answer from {options.address} within {options.timeout} s", file=sys.stderr)
    sys.exit(3)

answer = socket.recv_json()
print(json.dumps(answer, indent=2))
sys.exit(1 if answer["type"] in ("failure", "error") else 0)

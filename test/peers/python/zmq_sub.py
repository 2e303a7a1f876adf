"""Subscribes and prints each message as a line of JSON: topic, payload as text, each further frame in hex.

    zmq_sub.py ADDRESS [--hex] [--tally] [--lazy] PREFIX ...

--hex    the payload in hex
--tally  no messages; whenever none comes for 0.3 s, how many came, how many `previous` shows as lost, and the newest seq
--lazy   reads nothing until a line comes on stdin, and holds little meanwhile
"""
import json
import sys

import zmq

address, *arguments = sys.argv[1:]
flags = {argument for argument in arguments if argument.startswith("--")}
socket = zmq.Context().socket(zmq.SUB)
socket.linger = 0
socket.rcvhwm = 1 if "--lazy" in flags else 0
if "--lazy" in flags:
    socket.rcvbuf = 65536
socket.connect(address)
for prefix in arguments:
    if prefix not in flags:
        socket.subscribe(prefix)


def show(value):
    print(json.dumps(value), flush=True)


def tally():
    count = lost = seq = 0
    is_news = False
    while True:
        if socket.poll(300):
            message = json.loads(socket.recv_multipart()[1])
            lost += message["previous"] - seq
            count, seq, is_news = count + 1, message["seq"], True
        elif is_news:
            show({"count": count, "lost": lost, "seq": seq})
            is_news = False


show("connected")
if "--lazy" in flags:
    sys.stdin.readline()
if "--tally" in flags:
    tally()
while True:
    topic, payload, *data = socket.recv_multipart()
    show([topic.decode(), payload.hex() if "--hex" in flags else payload.decode(), [part.hex() for part in data]])

"""Sends each line of stdin as a request and prints each answer as it comes: one line of JSON.

    zmq_request.py REQ|DEALER ADDRESS [IDENTITY]

A line of JSON that is a list goes out as that many frames, given in hex.
"""
import json
import sys
import threading

import zmq

kind, address, *identity = sys.argv[1:]
context = zmq.Context()
socket = context.socket(getattr(zmq, kind))
socket.linger = 0
if identity:
    socket.routing_id = identity[0].encode()
socket.connect(address)

# ZeroMQ sockets belong to one thread: lines come in through a pipe of its own.
lines = context.socket(zmq.PULL)
lines.bind("inproc://lines")


def read_lines():
    pipe = context.socket(zmq.PUSH)
    pipe.connect("inproc://lines")
    for line in sys.stdin:
        pipe.send_string(line.rstrip("\n"))


threading.Thread(target=read_lines, daemon=True).start()
poller = zmq.Poller()
poller.register(socket, zmq.POLLIN)
poller.register(lines, zmq.POLLIN)
while True:
    ready = dict(poller.poll())
    if lines in ready:
        line = lines.recv_string()
        frames = json.loads(line) if line.startswith('["hex"') else None
        socket.send_multipart([bytes.fromhex(frame) for frame in frames[1:]] if frames else [line.encode()])
    if socket in ready:
        print(b" ".join(socket.recv_multipart()).decode(), flush=True)

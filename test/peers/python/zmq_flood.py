"""Asks for the description COUNT times and reads nothing; after a line on stdin prints the type of each answer that is left.

    zmq_flood.py ADDRESS COUNT
"""
import json
import sys

import zmq

address, count = sys.argv[1:]
socket = zmq.Context().socket(zmq.DEALER)
socket.linger = 0
socket.sndhwm = 0
socket.rcvhwm = 1
socket.connect(address)
for _ in range(int(count)):
    socket.send_json({"type": "describe"})
print("asked", flush=True)
sys.stdin.readline()
while True:
    print(json.loads(socket.recv())["type"], flush=True)

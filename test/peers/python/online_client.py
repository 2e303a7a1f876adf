"""A client of the HV server that was written from the description of the protocol alone: struct and socket.
Sends the metas given as arguments, one after the other, each when the one before is answered, and prints as JSON lines
what it hears. Waits for as many answers and errors as there are commands."""

import json
import socket
import struct
import sys
import time

HEADER = struct.Struct(">2sIIIIII4s")


def pack(meta):
    text = (json.dumps(meta, indent=4, sort_keys=True) + "\n\r\n").encode("utf-8")
    header = HEADER.pack(b"#!", 0x00014000, int(time.time()), 0x00010000, len(text), 0, 0, b"!#\r\n")
    return header + text


def read_exactly(stream, size):
    data = b""
    while len(data) < size:
        chunk = stream.recv(size - len(data))
        if not chunk:
            sys.exit("the server has closed the connection")
        data += chunk
    return data


def read(stream):
    opening, kind, _, meta_type, meta_size, data_type, data_size, closing = HEADER.unpack(read_exactly(stream, 30))
    assert (opening, kind, meta_type, data_type, data_size, closing) == (b"#!", 0x14000, 0x10000, 0, 0, b"!#\r\n")
    text = read_exactly(stream, meta_size)
    assert text.endswith(b"}\r\n\r\n"), text
    meta = json.loads(text)
    # To the byte what the original writes: 4 blanks, the keys in their order, pure ASCII.
    assert text == json.dumps(meta, indent=4).encode("ascii") + b"\r\n\r\n", text
    return meta


with socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=10) as stream:
    for command in sys.argv[2:]:
        stream.sendall(pack(json.loads(command)))
        while True:
            meta = read(stream)
            print(json.dumps(meta), flush=True)
            if meta.get("answer_type") != "get_voltage":
                break

"""Talks to one instrument through pyvisa-py and prints the answers as a JSON list; a failure as "<VISA error>: <request>".

    pyvisa_talk.py RESOURCE TIMEOUT_MS REQUEST ...

A request with a question mark is asked, `READ` reads, `CLEAR` clears the device, `STB` reads its status byte, `TRIGGER`
triggers it, `LOCK` and `UNLOCK` lock it; `BLOCK <query>` asks for a binary block and tells its length and its sum;
`UPTO <character> <query>` asks and reads up to the character; `FILE <name>` is the request in that file; the rest is
written. `#2 <request>` goes over a second session.
"""
import json
import sys

import pyvisa

resource, timeout_ms, *requests = sys.argv[1:]
manager = pyvisa.ResourceManager("@py")


def connect():
    instrument = manager.open_resource(resource)
    instrument.timeout = int(timeout_ms)
    instrument.write_termination = "\n"
    instrument.read_termination = "\n" if resource.upper().endswith("SOCKET") else None
    instrument.chunk_size = 1 << 20
    return instrument


def block(instrument, query):
    values = instrument.query_binary_values(query, datatype="B")
    return [len(values), sum(values)]


def up_to(instrument, character_and_query):
    character, query = character_and_query.split(" ", 1)
    instrument.write(query)
    before, instrument.read_termination = instrument.read_termination, character
    try:
        return instrument.read()
    finally:
        instrument.read_termination = before


def from_file(instrument, name):
    with open(name) as file:
        return say(instrument, file.read())


def say(instrument, request):
    if "?" in request:
        return instrument.query(request).rstrip("\n")
    instrument.write(request)


actions = {
    "READ": lambda instrument: instrument.read().rstrip("\n"),
    "CLEAR": lambda instrument: instrument.clear(),
    "STB": lambda instrument: instrument.read_stb(),
    "TRIGGER": lambda instrument: instrument.assert_trigger(),
    "LOCK": lambda instrument: instrument.lock_excl(),
    "UNLOCK": lambda instrument: instrument.unlock(),
}
questions = {"BLOCK": block, "UPTO": up_to, "FILE": from_file}


def ask(instrument, request):
    if request in actions:
        return actions[request](instrument)
    word, _, rest = request.partition(" ")
    return questions[word](instrument, rest) if word in questions else say(instrument, request)


sessions = {}
answers = []
for text in requests:
    number, request = text[1:].split(" ", 1) if text.startswith("#") else ("1", text)
    try:
        if number not in sessions:
            sessions[number] = connect()
        answer = ask(sessions[number], request)
    except pyvisa.errors.VisaIOError as error:
        answer = error.abbreviation + ": " + request
    if answer is not None:
        answers.append(answer)
for instrument in sessions.values():
    instrument.close()
print(json.dumps(answers))

"""Talks to one instrument through pyvisa-py and prints the answers as a JSON list; a time-out as "timeout: <request>".

    pyvisa_talk.py RESOURCE TIMEOUT_MS REQUEST ...

A request with a question mark is asked, `CLEAR` clears the device, `STB` reads its status byte, the rest is written.
"""
import json
import sys

import pyvisa

resource, timeout_ms, *requests = sys.argv[1:]
instrument = pyvisa.ResourceManager("@py").open_resource(resource)
instrument.timeout = int(timeout_ms)
instrument.read_termination = instrument.write_termination = "\n"
instrument.chunk_size = 1 << 20
answers = []
for request in requests:
    try:
        if request == "CLEAR":
            instrument.clear()
        elif request == "STB":
            answers.append(instrument.read_stb())
        elif "?" in request:
            answers.append(instrument.query(request))
        else:
            instrument.write(request)
    except pyvisa.errors.VisaIOError as error:
        if error.error_code != pyvisa.constants.StatusCode.error_timeout:
            raise
        answers.append("timeout: " + request)
instrument.close()
print(json.dumps(answers))

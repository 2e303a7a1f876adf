"""A client of PSUDaemon that was written from the description of its own client alone: requests, and no look at the status.

psudaemon_client.py PORT get [PSU CHANNEL] | set PSU CHANNEL NAME=VALUE... | table
Prints what the answer says as JSON; a set may have state, name, current_limit and voltage_limit."""

import json
import sys

import requests

COLUMNS = ["psu.name", "name", "index", "state", "voltage", "voltage_limit", "current", "current_limit"]


class Client:
    def __init__(self, host, port=5000):
        self.root = f"http://{host}:{port}"

    def get(self, psu=None, channel=None):
        path = f"/units/{psu}/{channel}" if psu is not None and channel is not None else "/monitoring/channels"
        return requests.get(self.root + path, headers={"accept": "application/json"}).json()

    def set(self, psu, channel, state=None, name=None, current_limit=None, voltage_limit=None):
        wanted = {"state": state, "name": name, "current_limit": current_limit, "voltage_limit": voltage_limit}
        query = {key: value for key, value in wanted.items() if value is not None}
        url = f"{self.root}/units/{psu}/{channel}"
        return requests.post(url, params=query, headers={"accept": "application/json"}).json()


def parsed(word):
    name, value = word.split("=", 1)
    if name == "state":
        return name, value == "1"
    return name, value if name == "name" else float(value)


def main(port, action, *words):
    client = Client("127.0.0.1", int(port))
    if action == "set":
        psu, channel, *settings = words
        return client.set(psu, int(channel), **dict(parsed(word) for word in settings))
    if action == "table":
        return [[row[column] for column in COLUMNS] for row in client.get()]
    return client.get(*words)


print(json.dumps(main(*sys.argv[1:])))

"""moto's AWS in one process, on a port of its own (printed once it listens), with one path more: what a queue holds."""

import json
import sys

from moto.core import DEFAULT_ACCOUNT_ID
from moto.server import DomainDispatcherApplication, create_backend_app
from moto.sqs import sqs_backends
from werkzeug.serving import make_server

PATH = "/held/"
aws = DomainDispatcherApplication(create_backend_app)


def held(name):
    messages = sqs_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].queues[name]._messages
    return {when: [m.body for m in messages if m.delayed == (when == "delayed")] for when in ("ready", "delayed")}


def application(environ, start_response):
    path = environ["PATH_INFO"]
    if not path.startswith(PATH):
        return aws(environ, start_response)
    start_response("200 OK", [("content-type", "application/json")])
    return [json.dumps(held(path.removeprefix(PATH))).encode()]


# One request at a time: moto's conditional writes are not atomic among threads.
server = make_server("127.0.0.1", 0, application, threaded=False)
print(server.server_port, flush=True)
try:
    server.serve_forever()
except KeyboardInterrupt:
    sys.exit(0)

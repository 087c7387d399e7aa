import { codeProtocol } from "../../support/conformance/code-protocol.ts";
import { describePython, servePython, stopPython } from "../../support/python.ts";

afterAll(stopPython);

describePython("functions in Python", () => {
  for (const kind of ["wsgi", "asgi", "lambda"])
    codeProtocol(kind, () => servePython(["tests/protocol_server.py", kind]));
});

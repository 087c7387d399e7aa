import { createServer } from "node:http";
import { toNode } from "../../../../lambdas/code/serve.ts";
import { listening, stopping } from "../../../support/aws/server.ts";
import { protocolHandler } from "../../../support/code/protocol-functions.ts";
import { codeProtocol } from "../../../support/conformance/code-protocol.ts";

const server = createServer(toNode(protocolHandler()));
afterAll(() => stopping(server));

codeProtocol("serve", async () => `${await listening(server)}/jobs`);

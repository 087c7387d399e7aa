import { once } from "node:events";
import { type ClientRequest, type IncomingMessage, request, type ServerResponse } from "node:http";
import { jest } from "@jest/globals";
import { agents, recentConnectionsOnly } from "../../../../lambdas/aws/client/agents.ts";
import { httpServer } from "../../../support/executors/http-server.ts";
import { startGate } from "../../../support/tcp-gate.ts";

let server: Awaited<ReturnType<typeof httpServer>>;
let gate: Awaited<ReturnType<typeof startGate>>;

beforeEach(async () => {
  server = await httpServer((_, response) => response.end("ok"));
  gate = await startGate(Number(new URL(server.url).port));
});
afterEach(async () => {
  jest.restoreAllMocks();
  await gate.stop();
  await server[Symbol.asyncDispose]();
});

type Agents = ReturnType<typeof agents>;

async function get({ httpAgent }: Agents): Promise<ClientRequest> {
  const sent = request({ host: "127.0.0.1", port: gate.port, agent: httpAgent }).end();
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  await answer.resume().toArray();
  return sent;
}

const many = (with_: Agents, count: number) => Promise.allSettled(Array.from({ length: count }, () => get(with_)));

/** Moves the wall clock as a freeze does, during which no timer runs. */
const thawAfter = (ms: number) => {
  const now = Date.now();
  jest.spyOn(Date, "now").mockReturnValue(now + ms);
};

test("a connection to AWS is reused", async () => {
  const some = agents();
  expect((await get(some)).reusedSocket).toBe(false);
  expect((await get(some)).reusedSocket).toBe(true);
  some.httpAgent.destroy();
});

test("the first failure of a reused connection closes the other idle ones", async () => {
  const some = agents();
  await many(some, 32);
  expect(gate.open()).toBe(32);
  gate.forget();
  await expect(get(some)).rejects.toMatchObject({ code: "ECONNRESET" });
  const after = await many(some, 8);
  expect(after.map(({ status }) => status)).toEqual(Array(8).fill("fulfilled"));
  some.httpAgent.destroy();
});

test("200 requests at once do not wait for each other's connections", async () => {
  const held: ServerResponse[] = [];
  await using patient = await httpServer((_, response) => {
    if (held.push(response) === 200) for (const one of held) one.end("ok");
  });
  const some = agents();
  const { hostname: host, port } = new URL(patient.url);
  const answers = Array.from({ length: 200 }, async () => {
    const [answer] = await once(request({ host, port, agent: some.httpAgent }).end(), "response");
    return (answer as IncomingMessage).resume().statusCode;
  });
  expect(await Promise.all(answers)).toEqual(Array(200).fill(200));
  some.httpAgent.destroy();
});

test("the failure of a new connection does not close idle ones", async () => {
  const some = agents();
  await get(some);
  const refused = request({ host: "127.0.0.1", port: 9, agent: some.httpAgent }).end();
  await expect(once(refused, "response")).rejects.toMatchObject({ code: "ECONNREFUSED" });
  expect((await get(some)).reusedSocket).toBe(true);
  some.httpAgent.destroy();
});

test("recentConnectionsOnly sends no request on a connection from before a freeze", async () => {
  const some = agents(recentConnectionsOnly);
  await many(some, 8);
  gate.forget();
  thawAfter(recentConnectionsOnly.maxIdleMs + 1);
  const after = await many(some, 8);
  expect(after.map(({ status }) => status)).toEqual(Array(8).fill("fulfilled"));
  some.httpAgent.destroy();
});

test("recentConnectionsOnly reuses connections within a burst", async () => {
  const some = agents(recentConnectionsOnly);
  await get(some);
  expect((await get(some)).reusedSocket).toBe(true);
  some.httpAgent.destroy();
});

import type { ServerResponse } from "node:http";
import type { ProductEvent } from "../../../lambdas/core/catalog/job-type.ts";
import { secret } from "../../../lambdas/core/catalog/references.ts";
import type { Job } from "../../../lambdas/core/job/job.ts";
import type { Execute } from "../../../lambdas/core/operations/execution.ts";
import { consumerOf } from "../../support/executors/consumer-of.ts";
import { type HttpServer, httpServer, json } from "../../support/executors/http-server.ts";
import { providers } from "../../support/executors/providers.ts";
import { fc } from "../../support/properties.ts";
import { until } from "../../support/until.ts";

/** What a page does to which an accepted request leads, and what a provider may do with the request itself. */
const failures = ["401", "403", "429", "500", "502", "503", "503 wait", "504", "hang up"] as const;
const page = fc.constantFrom("200", ...failures);
/** `refuse` has done nothing; `work` has done it, whatever it answers; `accept` has done it and leads to a page. */
const ending = fc.oneof(
  fc.record({ kind: fc.constant("refuse" as const), answer: fc.constantFrom("401", "429", "503 wait") }),
  fc.record({
    kind: fc.constant("work" as const),
    answer: fc.constantFrom("200", "500", "502", "503", "504", "hang up"),
  }),
  fc.record({
    kind: fc.constant("accept" as const),
    status: fc.constantFrom(301, 302, 303),
    hops: fc.nat(2),
    answer: page,
  }),
);
/** Redirects that keep the method come first. */
const script = fc.record({ passes: fc.array(fc.constantFrom(307, 308), { maxLength: 2 }), ending });
type Script = typeof script extends fc.Arbitrary<infer T> ? T : never;

interface Provider extends AsyncDisposable {
  server: HttpServer;
  /** How often it has done the work. */
  works: () => number;
}

async function aProvider({ passes, ending: last }: Script): Promise<Provider> {
  let works = 0;
  const server = await httpServer(({ method, url }, response, raw) => {
    if (url === "/token") return json(response, 200, { access_token: "t", expires_in: 3600 });
    const at = Number(/\/(\d+)$/.exec(url)?.[1] ?? 0);
    const to = (status: number, location: string) => response.writeHead(status, { location }).end();
    if (method === "GET")
      return at > 0 ? to(302, `/page/${at - 1}`) : answer(response, last.answer, () => raw.socket.destroy());
    const status = passes[at];
    if (status !== undefined) return to(status, `/do/${at + 1}`);
    if (last.kind !== "refuse") works += 1;
    return last.kind === "accept"
      ? to(last.status, `/page/${last.hops}`)
      : answer(response, last.answer, () => raw.socket.destroy());
  });
  return { server, works: () => works, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

function answer(response: ServerResponse, what: string, hangUp: () => void) {
  if (what === "hang up") return hangUp();
  return json(response, Number(what.slice(0, 3)), {}, what === "503 wait" ? { "retry-after": "1" } : {});
}

type Kind = {
  event: ProductEvent;
  entry: (url: string, name: string) => object;
  execute: Execute;
  input: Record<string, unknown>;
};
const executor = (name: "action: an app" | "function: HTTP" | "notification: a callback") =>
  (providers[name] as { execute: (url: string) => Execute }).execute("");
const anAction = (auth?: (name: string) => object): Kind => ({
  event: { type: "action", app: "any", action: "do" },
  entry: (url, name) => ({
    envs: { prd: auth ? { base_url: secret(name), auth: auth(name) } : { base_url: url } },
    actions: { do: { method: "POST", path: "/do" } },
  }),
  execute: executor("action: an app"),
  input: { body: { amount: 5 } },
});
const oauth2 = (name: string) => ({
  type: "oauth2",
  token_url: secret(`${name}-token`),
  client_id: "c",
  client_secret: secret("key"),
});

const kinds: Record<string, Kind> = {
  "an action": anAction(),
  "an action with OAuth2": anAction(oauth2),
  "a function": {
    event: { type: "function", function: "any" },
    entry: (url) => ({ envs: { prd: { provider: "http", url: `${url}/do` } } }),
    execute: executor("function: HTTP"),
    input: { payload: 1 },
  },
  "a callback": {
    event: { type: "notification", notification: "any" },
    entry: (url) => ({ envs: { prd: { callback: { url: `${url}/do` } } }, messages: { plain: {} } }),
    execute: executor("notification: a callback"),
    input: { slug: "plain", callback: { body: {} } },
  },
};

const consumer = ({ event, entry, execute }: Kind, members: Record<string, HttpServer>) => {
  const entries = Object.fromEntries(Object.entries(members).map(([name, { url }]) => [name, entry(url, name)]));
  const any = { fallback: Object.keys(members) };
  const urls = Object.entries(members).flatMap(([name, { url }]) => [
    [name, url],
    [`${name}-token`, `${url}/token`],
  ]);
  const secrets = { key: "k", ...Object.fromEntries(urls) };
  return consumerOf({ event, entries: { ...entries, any } }, { execute, secrets });
};

describe.each(Object.entries(kinds))("%s by POST", (_name, kind) => {
  test("is done at most once in one attempt, by any of its targets", async () => {
    await fc.assert(
      fc.asyncProperty(script, script, async (first, second) => {
        await using a = await aProvider(first);
        await using b = await aProvider(second);
        const { run } = consumer(kind, { a: a.server, b: b.server });
        const job = await run(kind.input, undefined, { retries: 0 });
        expect(a.works() + b.works()).toBeLessThanOrEqual(1);
        if (first.ending.kind === "refuse") expect(job.attempts.at(-1)?.target?.name ?? "b").toBe("b");
        if (first.ending.kind !== "refuse") expect(b.server.seen).toEqual([]);
      }),
      { numRuns: 30, endOnFailure: true },
    );
  });

  test("that was accepted with a redirect is done once, however often the job is retried", async () => {
    const accepting = script.filter(({ ending: { kind: last } }) => last === "accept");
    await fc.assert(
      fc.asyncProperty(accepting, async (only) => {
        await using a = await aProvider(only);
        const { run, clock } = consumer(kind, { a: a.server });
        let job: Job | undefined;
        for (let i = 0; i < 5 && (!job || job.finished_at === undefined); i += 1) {
          if (job) await clock.advance(Math.max(0, job.due_at - clock.now()));
          job = await run(kind.input, job, { retries: 3 });
        }
        expect([a.works(), job?.finished_at === undefined]).toEqual([1, false]);
      }),
      { numRuns: 10, endOnFailure: true },
    );
  });
});

test("a redirect's page that hangs ends before the attempt does", async () => {
  for (const kind of Object.values(kinds)) {
    let pages = 0;
    await using server = await httpServer(({ method, url }, response) => {
      if (url === "/token") return json(response, 200, { access_token: "t", expires_in: 3600 });
      if (method === "POST") return response.writeHead(303, { location: "/page/0" }).end();
      pages += 1;
    });
    const { run, clock } = consumer(kind, { a: server });
    const running = run(kind.input, undefined, { timeout_ms: 5000 });
    await until(() => pages === 1);
    await clock.advance(4_600);
    const { status, error } = await running;
    expect([status, error?.code, error?.retryable]).toEqual(["failed", "TIMEOUT", false]);
    expect(error?.message).toContain("The POST was accepted before that");
  }
});

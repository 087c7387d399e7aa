import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { listen } from "../../local/gateway/http.ts";
import { startLocal } from "../../local/runtime/start.ts";
import { ask } from "../support/npm-start.ts";
import { references } from "./catalog.ts";

const tenant = { product_tag: "storm", env: "dev" };
/** What the target answers in the storm. What it answers for the new causes are the codes from `firstNew` on. */
const stormStatus = 500;
const firstNew = 550;
const causes = 50;
const everyMs = 1000;
const perRequest = 50;
/**
 * So many failures of the storm are still to come or to be counted at most: the others are asked for as these are counted. In one process, jobs
 * take the time of the stream: were they asked for as they fail, it would fall behind them for as long as the storm lasts. `WAITING=10000` fills
 * the queue all the same.
 */
const mostWaiting = Number(process.env.WAITING ?? 100);
/** In the middle of the storm, so many new causes at once, and then nothing starts for a while. */
const pause = { causes: 10, lastsMs: 20_000 };
const patienceMs = 600_000;

type Running = Parameters<typeof ask>[0];

/** What the receiver was told. Times are epoch milliseconds. */
interface Told {
  at: number;
  kind: string;
  provider_code: string;
  incident: string;
  count: number;
  first_at: number;
}

export interface Storm {
  failures: number;
  /** How long it took until all had failed and were counted, in milliseconds. */
  tookMs: number;
  /** What was said of the cause of the storm, such as `grew 1000`. */
  said: string[];
  /** From the time that a failed attempt records to when the receiver was told, of each new cause, in milliseconds. */
  delays: number[];
  /** How many messages came while the product was paused; absent where it was not. */
  toldInPause?: number;
}

/** A storm of failures of one cause, during which others begin. */
export async function storm(failures: number, isPaused: boolean): Promise<Storm> {
  const dataDir = await mkdtemp(join(tmpdir(), "alerts-"));
  const told: Told[] = [];
  let failed = 0;
  const shop = await serve((body, response) => {
    const { status } = JSON.parse(body) as { status: number };
    if (status === stormStatus) failed++;
    response.writeHead(status, { "content-type": "application/json" }).end("{}");
  });
  const ops = await serve((body, response) => {
    const { data } = JSON.parse(body) as { data: Omit<Told, "at"> };
    told.push({ ...data, at: Date.now() });
    response.writeHead(200).end("ok");
  });
  const envFile = join(dataDir, "references");
  await writeFile(envFile, `${references.shop}=${shop.url}\n${references.ops}=${ops.url}\n`);
  const catalog = fileURLToPath(new URL("catalog.ts", import.meta.url));
  const local = await startLocal({ dataDir, envFile, catalog, port: 0, attempts: "none", say: () => {} });
  const running = { url: local.url, api_key: local.apiKey } as Running;
  try {
    // The first job loads what all others need.
    await fail(running, 1, stormStatus);
    await until(() => told.length > 0);
    const counted = () => countOf(running, told[0]?.incident);
    const begun = Date.now();
    const pausing = isPaused ? pauseInTheMiddle(running, () => failed > failures / 2, told) : undefined;
    const others = newCauses(running, isPaused ? causes - pause.causes : causes);
    for (let asked = 1; asked < failures; ) {
      const many = Math.min(perRequest, failures - asked);
      await until(async () => asked - (await counted()) + many <= mostWaiting);
      asked += await fail(running, many, stormStatus);
    }
    await until(async () => (await counted()) >= failures);
    const tookMs = Date.now() - begun;
    const toldInPause = await pausing;
    await others;
    const openings = () => told.filter(({ kind, provider_code }) => kind === "opened" && !isStorm(provider_code));
    await until(() => openings().length === causes);
    return {
      ...{ failures, tookMs },
      said: told.filter(({ provider_code }) => isStorm(provider_code)).map(({ kind, count }) => `${kind} ${count}`),
      delays: openings().map(({ at, first_at }) => at - first_at),
      ...(toldInPause !== undefined && { toldInPause }),
    };
  } finally {
    await local.stop();
    await Promise.all([shop.close(), ops.close()]);
    await rm(dataDir, { recursive: true, force: true });
  }
}

const isStorm = (code: string): boolean => code === String(stormStatus);

/** Asks for jobs that fail so. Resolves with how many. */
async function fail(running: Running, many: number, status: number): Promise<number> {
  const jobs = Array.from({ length: many }, () => ({
    ...{ ...tenant, event: "charge", input: { body: { status } }, start_at: 0 },
  }));
  const { accepted } = await ask(running, "/v1/jobs/batch", { jobs });
  if (typeof accepted !== "number") throw new Error("the jobs were not accepted");
  return accepted;
}

/** One after the other, each a while after the one before it. */
async function newCauses(running: Running, many: number): Promise<void> {
  const from = performance.now();
  for (let n = 0; n < many; n++) {
    await sleep(Math.max(0, from + (n + 1) * everyMs - performance.now()));
    await fail(running, 1, firstNew + n);
  }
}

/** New causes, and a pause of the whole product as soon as their jobs were asked for. Resolves with how many messages came during it. */
async function pauseInTheMiddle(running: Running, isMiddle: () => boolean, told: readonly Told[]): Promise<number> {
  await until(isMiddle);
  for (let n = causes - pause.causes; n < causes; n++) await fail(running, 1, firstNew + n);
  const { id } = await ask(running, "/v1/pauses", { ...tenant, reason: "measured", drain_per_second: 200 });
  const from = told.length;
  await sleep(pause.lastsMs);
  const during = told.length - from;
  await fetch(`${running.url}/v1/pauses/${id}`, {
    method: "DELETE",
    headers: { authorization: `Bearer ${running.api_key}` },
  });
  return during;
}

const countOf = async (running: Running, incident = ""): Promise<number> =>
  Number((await ask(running, `/v1/incidents/storm/dev/${incident}`)).count);

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline; await sleep(100)) if (await isSo()) return;
  throw new Error(`it did not come to pass within ${patienceMs / 1000} s`);
}

/** A server on this machine that answers a request with a body. */
async function serve(answer: (body: string, response: ServerResponse) => void) {
  const server = createServer(async (request: IncomingMessage, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    answer(Buffer.concat(parts).toString(), response);
  });
  return listen(server);
}

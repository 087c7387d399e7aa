import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Advanced, ClockState } from "../../local/clock/clock.ts";
import type { Running } from "../../local/data/data-folder.ts";
import { type Random, seeded } from "../simulation/random.ts";
import { checkout } from "../support/local/checkout.ts";
import { check, type Findings, type Receipt } from "./check.ts";
import { startReceiver } from "./receiver.ts";
import { call, type System, startSystem } from "./system.ts";
import { aRequest } from "./workload.ts";

export interface CrashOptions {
  kills: number;
  seed: number;
  /** The folder of the copied code and the data. */
  folder: string;
  say?: (line: string) => void;
}

export interface CrashReport extends Findings {
  kills: number;
  /** The number of jobs by kind of request. */
  accepted: Record<string, number>;
  seconds: number;
}

/**
 * The real system under load, killed repeatedly and restarted on the same data until everything that was accepted has ended.
 * The seed decides the requests and the times of the kills; what a kill hits depends on the machine.
 */
export async function crash({ kills, seed, folder, say = () => {} }: CrashOptions): Promise<CrashReport> {
  const began = performance.now();
  const random = seeded(seed);
  const receiver = await startReceiver(seeded(seed + 1));
  const killed: number[] = [];
  const receipts: Receipt[] = [];
  const load = makeLoad(seeded(seed + 2), receipts);
  copyCode(folder, receiver.url);
  let system: System | undefined;
  try {
    for (let kill = 1; kill <= kills; kill++) {
      system = startSystem(folder);
      const how = random.chance(0.15) ? await duringStart(random) : await underLoad(system, random, load);
      await system.kill();
      killed.push(performance.now());
      say(`kill ${kill}: ${how}; ${receipts.length} jobs accepted`);
    }
    system = startSystem(folder);
    const running = await system.ready();
    await load.sendAgain(running);
    const faults = await settle(running);
    const found = await check(running, receipts, receiver, killed);
    const accepted = Object.fromEntries(
      [...Map.groupBy(receipts, ({ kind }) => kind)].map(([k, all]) => [k, all.length]),
    );
    const seconds = Math.round((performance.now() - began) / 1000);
    return { ...found, faults: [...faults, ...found.faults], kills, accepted, seconds };
  } catch (error) {
    say(system?.output() ?? "");
    throw error;
  } finally {
    await system?.stop();
    await receiver.close();
  }
}

async function duringStart(random: Random): Promise<string> {
  const ms = random.int(100, 1500);
  await sleep(ms);
  return `${ms} ms after its start`;
}

/** Load is counted in requests, not in time, so that a slow machine is loaded too. */
async function underLoad(system: System, random: Random, load: Load): Promise<string> {
  const running = await system.ready();
  const requests = random.int(1, 20);
  const then = random.int(0, 300);
  const moves = random.chance(0.3);
  // Moving the clock brings schedules, late retries and the ends of leases into reach; a kill may interrupt the move.
  if (moves) void call(running, "/local/clock", { advance: "7m" }).catch(() => {});
  await load.sendAgain(running);
  for (let sent = 0; sent < requests; sent++) {
    await load.sendNew(running);
    await sleep(random.int(0, 60));
  }
  // A kill may come between a request and its answer.
  void load.sendNew(running);
  await sleep(then);
  return `${requests} requests and ${then} ms${moves ? ", while the clock moved" : ""}`;
}

type Load = ReturnType<typeof makeLoad>;

/** A client that repeats a request until it has its receipt. */
function makeLoad(random: Random, receipts: Receipt[]) {
  const unanswered: ReturnType<typeof aRequest>[] = [];
  let count = 0;
  const send = async (running: Running, { kind, body }: ReturnType<typeof aRequest>) => {
    const answer = await call<{ job_id: string }>(running, "/v1/jobs", body).catch(() => undefined);
    if (answer?.status !== 202) return unanswered.push({ kind, body });
    const limit = (body.repeat as { limit: number } | undefined)?.limit;
    receipts.push({ id: answer.body.job_id, kind, ...(limit !== undefined && { limit }) });
  };
  return {
    sendNew: async (running: Running) => {
      const now = await call<ClockState>(running, "/local/clock").catch(() => undefined);
      if (now) await send(running, aRequest(random, now.body.now, ++count));
    },
    sendAgain: async (running: Running) => {
      for (const request of unanswered.splice(0)) await send(running, request);
    },
  };
}

/** Moves the clock until nothing is due any more, so that leases end, schedules fire and retries run. */
async function settle(running: Running): Promise<string[]> {
  for (let moves = 0; moves < 20; moves++) {
    const { body } = await call<Advanced>(running, "/local/clock", { advance: "3h" });
    if (body.reached && body.next_at === undefined) return [];
  }
  const { body } = await call<Advanced>(running, "/local/clock", { advance: "1s" });
  return [`something is still due: ${JSON.stringify(body)}`];
}

/** The unchanged code, in a world of our own. */
function copyCode(folder: string, world: string): void {
  checkout(folder);
  const urls = ["shop", "pricing", "callback"].map((name) => `/my-product/${name}-url=${world}/${name}\n`);
  writeFileSync(join(folder, ".env.local"), urls.join(""));
}

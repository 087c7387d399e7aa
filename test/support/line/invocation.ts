import type { Random } from "../../simulation/random.ts";
import { never } from "../never.ts";
import type { Timeline } from "./timeline.ts";

/** What wakes a Lambda. */
export type Purpose = "api" | "consumer" | "pump" | "reconciler";

/** One invocation of a Lambda. */
export interface Invocation {
  purpose: Purpose;
  /** The milliseconds by which its clock is off. */
  skew: number;
  dead: boolean;
  /** The port calls that it has made, as in `gates.take`. */
  calls: string[];
  /** Ends it at once: none of its calls has an effect any more. */
  kill(): void;
}

/** The calls of ports that write, and which item of a gate they write. */
const items: Record<string, (args: unknown[]) => string> = {
  "gates.take": ([part]) => partName(part),
  "gates.release": ([part]) => partName(part),
  "gates.drop": ([part]) => partName(part),
  "gates.notePeak": ([gate]) => `${gateName(gate)} part 0`,
  "gates.mark": ([gate]) => `${gateName(gate)} part 0`,
  "gates.stand": ([gate]) => `${gateName(gate)} line`,
  "gates.reserve": ([gate]) => `${gateName(gate)} line`,
  "gates.leave": ([gate]) => `${gateName(gate)} line`,
  "gates.keepPump": ([gate]) => `${gateName(gate)} pump`,
  "jobs.create": () => "",
  "jobs.claim": () => "",
  "jobs.replace": () => "",
};

const gateName = (gate: unknown): string => {
  const { limit, key } = gate as { limit: string; key: string };
  return `${limit} ${key}`;
};
const partName = (part: unknown): string => `${gateName(part)} part ${(part as { part: number }).part}`;

export interface PortsOptions {
  time: Timeline;
  random: Random;
  /** How long a call takes, in milliseconds. */
  callMs: readonly [from: number, to: number];
  /** The most writes of one item of a gate in a second. */
  itemWrites: number;
  /** Called before each call takes effect. */
  onCall: (call: string, by: Invocation) => void;
}

type Method = (...args: unknown[]) => Promise<unknown>;

export interface Ports {
  /** A port as one invocation uses it. */
  of<Port extends object>(name: string, port: Port, by: Invocation): Port;
  /** How often each call that writes was made. */
  writes: Record<string, number>;
  /** How often a write had to wait for the throughput of its item. */
  throttled(): number;
}

/** Ports whose calls take time, and whose items take a limited number of writes. After its invocation's death no call has an effect. */
export function slowPorts({ time, random, callMs, itemWrites, onCall }: PortsOptions): Ports {
  const buckets = new Map<string, { tokens: number; at: number }>();
  const writes: Record<string, number> = {};
  let throttled = 0;

  /** Whether the item takes another write now. */
  function hasRoom(item: string): boolean {
    const bucket = buckets.get(item) ?? { tokens: itemWrites, at: time.now() };
    bucket.tokens = Math.min(itemWrites, bucket.tokens + ((time.now() - bucket.at) * itemWrites) / 1000);
    bucket.at = time.now();
    buckets.set(item, bucket);
    if (bucket.tokens < 1) return false;
    bucket.tokens--;
    return true;
  }

  /** The SDK waits and tries again, as often as it takes. */
  async function untilWritten(call: string, args: unknown[]) {
    const item = items[call]?.(args);
    if (item === undefined) return;
    writes[call] = (writes[call] ?? 0) + 1;
    for (let tries = 0; item !== "" && !hasRoom(item); tries++) {
      throttled++;
      await time.sleep(Math.min(2000, 25 * 2 ** tries) * (0.5 + random.next()));
    }
  }

  return {
    writes,
    throttled: () => throttled,
    of: (name, port, by) =>
      new Proxy(port, {
        get(target, method) {
          const value = Reflect.get(target, method);
          if (typeof value !== "function") return value;
          const call = `${name}.${String(method)}`;
          return async (...args: unknown[]) => {
            by.calls.push(call);
            await time.sleep(callMs[0] + random.next() * (callMs[1] - callMs[0]));
            await untilWritten(call, args);
            onCall(call, by);
            if (by.dead) return never();
            const answer = await (value as Method).apply(target, args);
            return by.dead ? never() : answer;
          };
        },
      }),
  };
}

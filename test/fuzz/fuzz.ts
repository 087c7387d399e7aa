import { inspect } from "node:util";
import { seeded } from "../simulation/random.ts";
import { request } from "./requests.ts";
import { type World, world } from "./world.ts";

export interface Found {
  seed: number;
  nth: number;
  what: string;
  request: string;
}

export interface FuzzReport {
  requests: number;
  statuses: Record<number, number>;
  found: Found[];
}

/** The number of requests that meet the same jobs before a new world replaces it. */
const perWorld = 200;

/**
 * Sends `requests` generated requests; the same seed sends the same ones on any machine. Continues after a finding, up to 20.
 */
/** The handler leaves the parsed body in the event. */
const shown = (body: unknown): string => (typeof body === "string" ? body : inspect(body, { depth: 10 }));

export async function fuzz(
  requests: number,
  seed: number,
  newWorld: () => World | Promise<World> = () => world(),
): Promise<FuzzReport> {
  const report: FuzzReport = { requests: 0, statuses: {}, found: [] };
  for (let first = 0; first < requests && report.found.length < 20; first += perWorld) {
    const random = seeded(seed + first);
    const current = await newWorld();
    for (let nth = first; nth < Math.min(requests, first + perWorld); nth++) {
      const event = request(random, current.known);
      report.requests++;
      try {
        const status = await current.ask(event);
        report.statuses[status] = (report.statuses[status] ?? 0) + 1;
      } catch (error) {
        const { headers, body, rawPath, rawQueryString, requestContext } = event;
        const asked = {
          method: requestContext.http.method,
          rawPath,
          rawQueryString,
          headers,
          body: shown(body).slice(0, 2000),
        };
        report.found.push({ seed, nth, what: (error as Error).message, request: JSON.stringify(asked) });
      }
    }
  }
  return report;
}

import type { Io } from "../../../packages/ductape-jobs/src/cli/io.ts";
import { runCli } from "./run-cli.ts";

export interface Asked {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: unknown;
}

type Answer = object | Response | ((asked: Asked) => object | Response);

const url = "https://jobs.example.com";
export const apiKey = "dj_0000000000000000_not-a-real-key";
/** The time by the clocks of the API and of the machine. */
export const now = Date.UTC(2030, 0, 31, 9);

/** A problem as the API answers it. */
export const problem = (status: number, code: string, detail: string, errors?: object[]): Response =>
  Response.json({ code, detail, ...(errors && { errors }) }, { status });

/**
 * An API whose answers are those of a table: by method and path without the query, one after the other, the last one repeated. `cli`
 * runs a command against it.
 */
export function answering(answers: Record<string, Answer | readonly Answer[]>) {
  const asked: Asked[] = [];
  const times = new Map<string, number>();
  const fetch: typeof globalThis.fetch = async (input, init = {}) => {
    const { pathname, search } = new URL(String(input));
    const body = init.body === undefined || init.body === null ? undefined : JSON.parse(String(init.body));
    const headers = Object.fromEntries(new Headers(init.headers));
    const seen: Asked = { method: init.method ?? "GET", path: pathname + search, headers, body };
    asked.push(seen);
    init.signal?.throwIfAborted();
    const place = `${seen.method} ${pathname}`;
    const count = times.get(place) ?? 0;
    times.set(place, count + 1);
    const all = [answers[place] ?? problem(404, "ROUTE_NOT_FOUND", `nothing at ${place}`)].flat() as Answer[];
    const next = all[Math.min(count, all.length - 1)] as Answer;
    const answer = typeof next === "function" && !(next instanceof Response) ? next(seen) : next;
    const made = answer instanceof Response ? answer.clone() : Response.json(answer);
    made.headers.set("date", new Date(now).toUTCString());
    return made;
  };
  const env = { DUCTAPE_URL: url, DUCTAPE_API_KEY: apiKey };
  const cli = (args: readonly string[], io: Partial<Io> = {}) =>
    runCli(args, { fetch, now: () => now, sleep: async () => {}, ...io, env: { ...env, ...io.env } });
  return { asked, cli, fetch, env };
}

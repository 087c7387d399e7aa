import { expect, test } from "@jest/globals";
import { waitUntilFinished } from "../../../sdk/src/wait.ts";

const hour = 3_600_000;

test("a clock that is set back while the API holds a request open does not make the pause longer", async () => {
  let now = 10 * hour;
  const slept: number[] = [];
  const answers = ["running", "running", "completed"] as const;
  let asked = 0;
  const lookUp = async () => {
    now += asked === 0 ? 25_000 - hour : 25_000;
    return { status: answers[asked++] ?? "completed", due_at: 0 } as const;
  };
  const sleep = async (ms: number) => {
    slept.push(ms);
    now += ms;
  };
  const waiting = { lookUp, longestWait: 25, now: () => now, apiNow: () => now, sleep };
  const job = await waitUntilFinished(waiting, { status: "queued", scheduled_at: 0 }, Number.POSITIVE_INFINITY);
  expect(job?.status).toBe("completed");
  expect(Math.max(0, ...slept)).toBeLessThan(60_000);
});

import { pausesFreshMs } from "../../../../lambdas/core/job/pause.ts";
import { withRecent } from "../../../../lambdas/core/operations/recent-pauses.ts";
import { aPause } from "../../../support/a-pause.ts";
import { noon } from "../../../support/builders.ts";
import { throttled } from "../../../support/fakes/failures.ts";
import { fakeStoredPauses } from "../../../support/fakes/pauses.ts";

function world() {
  let now = noon;
  const stored = fakeStoredPauses(aPause());
  const pauses = withRecent(stored, { now: () => now });
  const pass = (ms: number) => {
    now += ms;
  };
  return { stored, pauses, pass };
}

it("a process reads the pauses once per four seconds", async () => {
  const { stored, pauses, pass } = world();
  for (let job = 0; job < 100; job++) await pauses.recent();
  await Promise.all(Array.from({ length: 100 }, () => pauses.recent()));
  expect(stored.reads).toBe(1);
  pass(pausesFreshMs - 1);
  await pauses.recent();
  expect(stored.reads).toBe(1);
  pass(1);
  expect(await pauses.recent()).toEqual([aPause()]);
  expect(stored.reads).toBe(2);
});

it("a process that was frozen during a read of the pauses reads again", async () => {
  const { stored, pauses, pass } = world();
  const { list } = stored;
  stored.list = async () => {
    const read = await list();
    if (stored.reads === 1) pass(600_000);
    return read;
  };
  await pauses.recent();
  expect(stored.reads).toBe(2);
});

it("a read of the pauses that always takes too long is a transient error", async () => {
  const { stored, pauses, pass } = world();
  const { list } = stored;
  stored.list = async () => {
    pass(pausesFreshMs);
    return list();
  };
  await expect(pauses.recent()).rejects.toMatchObject({ name: "TransientError", code: "SLOW_READ" });
  expect(stored.reads).toBe(3);
});

it("a failed read of the pauses is not remembered", async () => {
  const { stored, pauses } = world();
  const { list } = stored;
  stored.list = async () => {
    throw throttled();
  };
  await expect(pauses.recent()).rejects.toMatchObject({ name: "TransientError" });
  stored.list = list;
  expect(await pauses.recent()).toEqual([aPause()]);
});

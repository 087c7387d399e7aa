import { runJob } from "../../../../lambdas/consumers/engine/run-job.ts";
import { aMessage, noon } from "../../../support/builders.ts";
import { job, ok, world } from "./world.ts";

const minute = 60_000;

test("the record of an attempt says for how long a pause held it, which costs no call", async () => {
  const of = job({ due_at: noon - 2 * minute });
  const { run, stored, pauses } = world(of);
  const pause = { id: "pause_1", product: "my-product", reason: "maintenance", drain_per_second: 50, version: 1 };
  await pauses.put({ ...pause, since: noon - 90_000, ended_at: noon - minute });
  await run(ok);
  expect((await stored())?.attempts[0]?.held).toEqual({ paused_ms: 90_000 });
});

test("and in the line of which limit it stood until it was called", async () => {
  const of = job({ due_at: noon - 2 * minute });
  const services = world(of);
  const calls = { limits: { sms: { at: noon - 5000 } }, visible: noon - 5000 };
  await runJob(services, ok as never, aMessage(of), { random: () => 0.5, calls });
  expect((await services.stored())?.attempts[0]?.held).toEqual({ limits: [{ limit: "sms", ms: 115_000 }] });
});

test("an attempt that is only late has no such record", async () => {
  const { run, stored } = world(job({ due_at: noon - 2 * minute }));
  await run(ok);
  expect((await stored())?.attempts[0]).toMatchObject({ outcome: "completed", started_at: noon });
  expect((await stored())?.attempts[0]?.held).toBeUndefined();
});

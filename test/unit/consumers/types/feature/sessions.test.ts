import { expect, test } from "@jest/globals";
import { runJob } from "../../../../../lambdas/consumers/engine/run-job.ts";
import { decisionPolicy } from "../../../../../lambdas/consumers/types/feature/decisions.ts";
import { execute as decide } from "../../../../../lambdas/consumers/types/feature/execute.ts";
import { registry } from "../../../../../lambdas/consumers/types/registry.ts";
import { makeCatalog } from "../../../../../lambdas/core/catalog/catalog.ts";
import type { Execution } from "../../../../../lambdas/core/operations/execution.ts";
import { scheduleRequest } from "../../../../../lambdas/core/operations/schedule-requests.ts";
import { parseRequest } from "../../../../../lambdas/core/requests/request.ts";
import { withSessions } from "../../../../support/expressing.ts";
import { fakeServices } from "../../../../support/fakes/services.ts";

const catalogOf = (product: object) => makeCatalog([{ ...withSessions, ...product }], registry);

/** Requests an event for a user, and runs it and its steps with `later`, the catalog of a later deployment. */
async function ask(event: string, input: object, { repeat, later = {} }: { repeat?: object; later?: object } = {}) {
  const services = fakeServices({ catalog: catalogOf({}) });
  const token = JSON.stringify({ sub: "u-1", email: "ada@shop.example", groups: ["a"] });
  const body = {
    product_tag: "shop",
    env: "prd",
    event,
    input,
    session: { tag: "user", token },
    ...(repeat && { repeat }),
  };
  const { job } = await scheduleRequest(services, parseRequest(body, services.catalog, services.clock.now()));
  const all = { ...services, catalog: catalogOf(later) };
  const inputs: unknown[] = [];
  const execute = async ({ input: given }: Execution) => {
    inputs.push(given);
    return { status: 200 };
  };
  const run = async () => {
    for (const { type, message } of services.queue.sent.splice(0)) {
      if (type === "feature") await runJob(all, decide, message, { policy: decisionPolicy });
      else await runJob(all, execute, message);
    }
  };
  for (let round = 0; round < 5; round++) await run();
  return { services, run, inputs, job: async () => services.jobs.get(job.id) };
}

test("a feature passes claims on to its steps, conditions and output", async () => {
  const { inputs, job } = await ask("welcome", {});
  expect(inputs).toEqual([{ body: { to: "ada@shop.example" } }]);
  expect(await job()).toMatchObject({ status: "completed", result: { inline: { who: "for u-1" } } });
});

test("a template as input gets the same claims in each run of a series", async () => {
  const input = {
    body: { to: "$Session{user}{email}", name: "$Session{user}{name}", text: "Hi $Session{user}{sub}!" },
  };
  const { services, run, inputs } = await ask("order_x", input, { repeat: { every: 60_000 } });
  await services.clock.advance(60_000);
  await run();
  const evaluated = { body: { to: "ada@shop.example", text: "Hi u-1!" } };
  expect(inputs).toEqual([evaluated, evaluated]);
  expect(JSON.stringify(services.jobs.all().map((one) => one.input))).not.toContain("ada@shop.example");
});

test("a claim that only a later catalog refers to fails the job", async () => {
  const features = { welcome: { ...withSessions.features.welcome, output: { who: "$Session{user}{phone}" } } };
  const { job } = await ask("welcome", {}, { later: { features } });
  expect(await job()).toMatchObject({ status: "failed", error: { code: "CONFIGURATION_ERROR" } });
});

import { createServer } from "node:http";
import { describe, expect, test } from "@jest/globals";
import { defineFeature } from "../../../../../../lambdas/code/feature/define-feature.ts";
import { registry } from "../../../../../../lambdas/consumers/types/registry.ts";
import { makeCatalog } from "../../../../../../lambdas/core/catalog/catalog.ts";
import { secret } from "../../../../../../lambdas/core/catalog/references.ts";
import { JobError } from "../../../../../../lambdas/core/job/job-error.ts";
import { listening, stopping } from "../../../../../support/aws/server.ts";
import { codeWorld } from "../../../../../support/code-world.ts";
import { featureWorld } from "../../../../../support/feature-world.ts";

const minute = 60_000;
const key = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;

const filming = defineFeature({
  async run(ctx) {
    await ctx.sleep("1h");
    return ctx.step("film", () => "a film", { timeout: "5m" });
  },
});

describe("a run whose code cannot be asked as the catalog says it", () => {
  test("waits where the catalog has lost the env of its server, and goes on once it is there again", async () => {
    let asked = 0;
    const server = createServer((_request, response) => {
      asked += 1;
      response.writeHead(503).end();
    });
    const served = { provider: "serve", url: await listening(server), secret: secret("shop/code") } as const;
    const world = featureWorld({ onboard: { envs: { dev: served } } });
    world.services.secrets.resolve = async () => key;
    const id = await world.start("onboard", {});
    const { catalog } = world.services;
    const lookup = catalog.lookup.bind(catalog);
    let isThere = false;
    Object.assign(catalog, {
      lookup: (...of: Parameters<typeof lookup>) => {
        const found = lookup(...of);
        return found && !isThere && of[1] === "onboard" ? { ...found, target: { envs: {} } } : found;
      },
    });
    await world.pass(20 * minute);
    const job = await world.jobs.get(id);
    expect(job).toMatchObject({ status: "running" });
    expect(job?.progress).toMatchObject({ inline: { code: { parked: { code: "UNKNOWN_FEATURE" } } } });
    expect(asked).toBe(0);
    isThere = true;
    await world.pass(20 * minute);
    expect(asked).toBeGreaterThan(0);
    await stopping(server);
  });
});

describe("the code with which runs begin", () => {
  test("is put back by a run that begins some time after it was deleted", async () => {
    const world = codeWorld({ readmit: defineFeature({ run: async (ctx) => ctx.run("create", {}) }) });
    const first = await world.run("readmit");
    const key = `code/${first?.bundle}.mjs.gz`;
    expect(await world.services.blobs.get(key)).toBeDefined();
    await world.services.blobs.remove(key);
    await world.pass(2 * 60 * minute);
    expect((await world.run("readmit"))?.bundle).toBe(first?.bundle);
    expect(await world.services.blobs.get(key)).toBeDefined();
  });
});

describe("a long step whose code cannot be asked", () => {
  test("waits with its run until the code is there again", async () => {
    const world = codeWorld({ onboard: filming });
    const { call } = world.code.invoker;
    let isGone = true;
    let asked = 0;
    world.code.invoker.call = async (product, message, options) => {
      if (message.kind === "step") asked += 1;
      if (message.kind === "step" && isGone)
        return { v: 1, refuse: { code: "UNKNOWN_DEFINITION", message: "The code that the run began with is gone." } };
      return call(product, message, options);
    };
    const id = await world.start("onboard", {});
    await world.pass(5 * 60 * minute);
    expect(await world.view(id)).toMatchObject({ status: "running" });
    // Each look asks twice: without the code, and with a link to it.
    expect(asked).toBeLessThan(110);
    isGone = false;
    await world.pass(20 * minute);
    expect(await world.view(id)).toMatchObject({ status: "completed", result: "a film" });
  });

  test("is not failed by a refusal of AWS, after which nothing has run", async () => {
    const world = codeWorld({ onboard: filming });
    const { call } = world.code.invoker;
    let refused = 0;
    world.code.invoker.call = async (product, message, options) => {
      if (message.kind === "step" && refused++ < 30)
        throw new JobError("RATE_LIMITED", "Lambda throttled the call.", { nothingDone: true });
      return call(product, message, options);
    };
    const id = await world.start("onboard", {});
    await world.pass(8 * 60 * minute);
    expect(await world.view(id)).toMatchObject({ status: "completed", result: "a film" });
  });
});

describe("a run whose product has no code any more", () => {
  test("waits without asking for it, says what mends that, and goes on by its own once there is any", async () => {
    const world = codeWorld({ onboard: filming });
    const id = await world.start("onboard", {});
    await world.pass(5 * minute);
    world.deploy({});
    const asked = world.code.asked.length;
    await world.pass(6 * 60 * minute);
    expect(await world.view(id)).toMatchObject({
      status: "running",
      parked: { code: "UNKNOWN_FEATURE", message: expect.stringContaining("Deploy any feature in code of shop") },
    });
    expect(world.code.asked).toHaveLength(asked);
    world.deploy({ onboard: { code: "./onboard.ts" } });
    await world.pass(20 * minute);
    expect(await world.view(id)).toMatchObject({ status: "completed", result: "a film" });
  });
});

describe("a run of code whose product the catalog has lost", () => {
  const calling = defineFeature({
    async run(ctx) {
      await ctx.run("create", {});
      return ctx.step("film", () => "a film", { timeout: "5m" });
    },
  });
  const busy = new JobError("RATE_LIMITED", "It is busy.", { retryAfterMs: 10 * minute });

  test.each([
    ["with its job", calling, 5],
    ["asleep", filming, 5],
    ["until its sleep is over", filming, 59],
  ])("waits %s, and goes on once the product is there again", async (_what, onboard, minutes) => {
    let asked = 0;
    const create = () => (asked++ === 0 ? Promise.reject(busy) : { body: {} });
    const world = codeWorld({ onboard }, { create });
    const id = await world.start("onboard", {});
    await world.pass(minutes * minute);
    const { catalog } = world.services;
    Object.assign(world.services, { catalog: makeCatalog([], registry) });
    await world.pass(3 * 60 * minute);
    expect(await world.jobs.get(id)).toMatchObject({ status: "running" });
    Object.assign(world.services, { catalog });
    await world.pass(20 * minute);
    expect(await world.view(id)).toMatchObject({ status: "completed", result: "a film" });
  });
});

test("a list waits for the product that the catalog has lost", async () => {
  const each = { items: "$Input{all}", as: "one", concurrency: 2 };
  const world = featureWorld({
    onboard: {
      input: { all: { type: "array" } },
      sequences: { main: [{ event: "mail", delay: 600_000, for_each: each }] },
    },
  });
  const id = await world.start("onboard", { all: [1, 2, 3, 4, 5] });
  await world.pass(minute);
  const { catalog } = world.services;
  Object.assign(world.services, { catalog: makeCatalog([], registry) });
  await world.pass(3 * 60 * minute);
  expect(await world.jobs.get(id)).toMatchObject({ status: "running" });
  expect(world.ran).toEqual([]);
  Object.assign(world.services, { catalog });
  await world.pass(20 * minute);
  expect(await world.jobs.get(id)).toMatchObject({ status: "completed" });
  expect(world.ran).toHaveLength(5);
});

import { createServer } from "node:http";
import { describe, expect, test } from "@jest/globals";
import { defineFeature } from "../../../../../../lambdas/code/feature/define-feature.ts";
import { runJob } from "../../../../../../lambdas/consumers/engine/run-job.ts";
import { decisionPolicy } from "../../../../../../lambdas/consumers/types/feature/decisions.ts";
import { featureExecutor } from "../../../../../../lambdas/consumers/types/feature/execute.ts";
import { secret } from "../../../../../../lambdas/core/catalog/references.ts";
import { jobMessageOf } from "../../../../../../lambdas/core/job/job.ts";
import { JobError } from "../../../../../../lambdas/core/job/job-error.ts";
import type { CodeInvoker } from "../../../../../../lambdas/core/ports/code-invoker.ts";
import { listening, stopping } from "../../../../../support/aws/server.ts";
import { codeWorld } from "../../../../../support/code-world.ts";
import { featureWorld } from "../../../../../support/feature-world.ts";

const minute = 60_000;
const one = { onboard: defineFeature({ run: async (ctx) => ctx.run("create", {}) }) };

/** Asks a run's code as often as messages come for it, however long that takes. */
async function decides(world: Pick<ReturnType<typeof codeWorld>, "services">, id: string, code: CodeInvoker) {
  const { services } = world;
  const decide = featureExecutor(code);
  for (let round = 0; round < 6; round++) {
    const job = await services.jobs.get(id);
    if (!job) throw new Error("no job");
    const deciding = runJob(services, decide, jobMessageOf(job), { policy: decisionPolicy, random: () => 0 });
    const ended = deciding.catch(() => {});
    await services.clock.advance(minute);
    await ended;
    await services.clock.advance(20 * minute);
  }
}

describe("a run of code whose code cannot be asked", () => {
  test("since it does not answer in time waits with the reason, however often that happens", async () => {
    const world = codeWorld(one);
    const id = await world.start("onboard", {});
    await decides(world, id, {
      call: (_product, _message, { signal }) =>
        new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    });
    expect(await world.view(id)).toMatchObject({
      status: "running",
      parked: { code: "CRASHED", message: "The code had not answered after 27000 ms." },
    });
    // Each look counts for the alarm `runs-parked`.
    const measured = world.services.log.lines.flatMap(({ measured }) =>
      measured?.values.runs_parked ? [measured] : [],
    );
    expect(measured.length).toBeGreaterThan(1);
    expect(measured[0]).toEqual({ values: { runs_parked: 1 }, of: { type: "feature", product: expect.any(String) } });
    const job = await world.jobs.get(id);
    if (!job) throw new Error("no job");
    expect(job).not.toHaveProperty("error");
    await world.queue.send("feature", jobMessageOf(job), { delaySeconds: 0, group: "" });
    await world.pass(minute);
    expect(await world.view(id)).toMatchObject({ status: "completed" });
  });

  test.each([
    ["is busy", 503, "The function answered with status 503."],
    ["takes no more for now", 429, "The function answered with status 429."],
  ])("since its server %s waits with the reason, and asks more and more rarely", async (_what, status, message) => {
    let asked = 0;
    const server = createServer((_request, response) => {
      asked += 1;
      response.writeHead(status).end();
    });
    const served = { provider: "serve", url: await listening(server), secret: secret("shop/code") } as const;
    const world = featureWorld({ onboard: { envs: { dev: served } } });
    world.services.secrets.resolve = async () => `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
    const id = await world.start("onboard", {});
    await world.pass(180 * minute);
    const job = await world.jobs.get(id);
    expect(job).toMatchObject({ status: "running" });
    expect(job?.progress).toMatchObject({ inline: { code: { parked: { code: "CRASHED", message } } } });
    expect(asked).toBeLessThan(40);
    await stopping(server);
  });

  test("since AWS refuses for now asks again within seconds", async () => {
    const world = codeWorld(one);
    const id = await world.start("onboard", {});
    let refused = 0;
    const { call } = world.code.invoker;
    world.code.invoker.call = async (...given) => {
      if (refused++ < 3) throw new JobError("RATE_LIMITED", "Lambda has no process for it now.");
      return call(...given);
    };
    await world.pass(30_000);
    expect(await world.view(id)).toMatchObject({ status: "completed" });
    expect(refused).toBeGreaterThan(3);
  });
});

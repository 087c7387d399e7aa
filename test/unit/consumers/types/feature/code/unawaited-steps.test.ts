import { defineFeature } from "../../../../../../lambdas/code/feature/define-feature.ts";
import { endBy } from "../../../../../../lambdas/consumers/types/function/answered.ts";
import type { HandedTo } from "../../../../../../lambdas/core/job/answer-token.ts";
import type { StepMessage } from "../../../../../../lambdas/core/job/decide-messages.ts";
import { codeWorld } from "../../../../../support/code-world.ts";

const minute = 60_000;

/** A run whose step takes minutes, and whose consumer does not wait for it. */
async function filming(film: () => unknown) {
  const world = codeWorld({
    onboard: defineFeature({
      async run(ctx) {
        const made = await ctx.step("film", film, { timeout: "5m" });
        return { made };
      },
    }),
  });
  const sent: StepMessage[] = [];
  const answerTokens = {
    sign: async (handed: HandedTo) => JSON.stringify(handed),
    read: async (token: string): Promise<HandedTo> => JSON.parse(token),
  };
  Object.assign(world.services, { answerTokens });
  world.code.invoker.send = async (_product, message) => void sent.push(structuredClone(message) as StepMessage);
  const id = await world.start("onboard", {});
  await world.pass(minute);
  const [question] = sent as [StepMessage];
  const tell = (responsePayload: unknown, condition = "Success") =>
    endBy(world.services, async () => undefined, {
      ...{ requestContext: { condition }, requestPayload: question as never, responsePayload },
      responseContext: condition === "Success" ? {} : { functionError: "Unhandled" },
    });
  const stepOf = async () => {
    const step = (await world.view(id)).steps?.film;
    return world.jobs.get(step?.job_id ?? "");
  };
  return { world, id, sent, question, tell, stepOf };
}

describe("a step of a feature that takes minutes", () => {
  it("is not waited for: it is asked with the code of its run, and its answer goes on with the run", async () => {
    const { world, id, sent, question, tell, stepOf } = await filming(() => "a film");
    expect(sent).toHaveLength(1);
    expect(question).toMatchObject({
      ...{ kind: "step", key: "film", reply: "callback", code: { url: expect.any(String) } },
      answer: { token: expect.any(String), until: expect.any(Number) },
    });
    expect(await stepOf()).toMatchObject({ status: "running", called: expect.anything() });
    await world.pass(3 * minute);
    expect(await world.view(id)).toMatchObject({ status: "running" });
    await tell(await world.code.invoker.call("shop", question, {} as never));
    await world.pass(minute);
    expect(await world.view(id)).toMatchObject({ status: "completed", result: { made: "a film" } });
    expect(sent).toHaveLength(1);
  });

  it("fails its run with what it has thrown, or how its process has ended", async () => {
    const throwing = () => {
      throw new TypeError("no camera");
    };
    const one = await filming(throwing);
    await one.tell(await one.world.code.invoker.call("shop", one.question, {} as never));
    expect(await one.stepOf()).toMatchObject({ status: "failed", error: { message: "film threw TypeError." } });
    const other = await filming(() => "never");
    await other.tell({ errorType: "Runtime.ExitError", errorMessage: "exited" }, "RetriesExhausted");
    await other.world.pass(minute);
    expect(await other.stepOf()).toMatchObject({ status: "failed", error: { code: "PROVIDER_ERROR" } });
    expect(await other.world.view(other.id)).toMatchObject({ status: "failed" });
  });

  it("begins later where Lambda had no process for it, or not the code, and fails no run by that", async () => {
    const { world, id, sent, tell, stepOf } = await filming(() => "a film");
    await tell(undefined, "EventAgeExceeded");
    expect(await stepOf()).toMatchObject({ status: expect.stringMatching(/queued|scheduled/), attempts: [] });
    await world.pass(minute);
    expect(sent).toHaveLength(2);
    const gone = { v: 1, refuse: { code: "UNKNOWN_DEFINITION", message: "The code that the run began with is gone." } };
    await endBy(world.services, async () => undefined, {
      ...{ requestContext: { condition: "Success" }, requestPayload: sent[1] as never, responsePayload: gone },
    });
    await world.pass(6 * minute);
    expect(sent).toHaveLength(3);
    expect(await world.view(id)).toMatchObject({ status: "running" });
    const responsePayload = await world.code.invoker.call("shop", sent[2] as StepMessage, {} as never);
    await endBy(world.services, async () => undefined, {
      ...{ requestContext: { condition: "Success" }, requestPayload: sent[2] as never, responsePayload },
    });
    await world.pass(minute);
    expect(await world.view(id)).toMatchObject({ status: "completed", result: { made: "a film" } });
  });
});

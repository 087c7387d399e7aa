import type { FeatureTarget } from "../../../../../lambdas/consumers/types/feature/target.ts";
import type { Product } from "../../../../../lambdas/core/catalog/job-type.ts";
import { JobError } from "../../../../../lambdas/core/job/job-error.ts";
import { changeJob, retry } from "../../../../../lambdas/core/operations/change-job.ts";
import { noon } from "../../../../support/builders.ts";
import { call, featureWorld, stepsOf } from "../../../../support/feature-world.ts";

const more = {
  jobs: {
    create_x: { ...call("create"), expressions: true },
    onboard_x: { type: "feature", feature: "onboard", expressions: true },
  },
  variables: { dev: { limit: 5, stripe: { api_version: "v1" } } },
  constants: { brand: "Shop", hostile: "$Now" },
} satisfies Partial<Product>;

const one = (input: Record<string, unknown>, others: Partial<FeatureTarget> = {}): Record<string, FeatureTarget> => ({
  onboard: { sequences: { main: [{ event: "create", input }] }, ...others },
});
const resultOf = (job: { result?: unknown } | undefined) => (job?.result as { inline: unknown } | undefined)?.inline;

describe("the texts of a feature", () => {
  it("take expressions in the input of a step, in conditions and in the output", async () => {
    const feature: FeatureTarget = {
      sequences: {
        main: [
          {
            event: "create",
            input: {
              body: {
                text: "Hi $Input{name}, up to $Variable{limit}",
                api: "$Variable{stripe}{api_version}",
                price: "$$5 or $5",
              },
            },
          },
          { event: "charge", if: { value: "$Constant{brand}-$Input{name}", equals: "$Constant{brand}-Ada" } },
          { event: "mail", if: { value: "$Constant{brand}-$Input{name}", not_equals: "Shop-$Input{name}" } },
        ],
      },
      output: { text: "$Constant{brand}: $Sequence{main}{create}{body}{id} $Sequence{main}{mail}{body}{id}." },
    };
    const { run, ran } = featureWorld({ onboard: feature }, {}, more);
    const job = await run("onboard", { name: "Ada" });
    expect(ran).toEqual([
      { event: "create", input: { body: { text: "Hi Ada, up to 5", api: "v1", price: "$5 or $5" } } },
      { event: "charge", input: {} },
    ]);
    expect(stepsOf(job)["main.mail"]?.status).toBe("skipped");
    expect(resultOf(job)).toEqual({ text: "Shop: create-1 ." });
  });

  it("fail a step that puts an object into a text", async () => {
    const { run, ran } = featureWorld(one({ body: { text: ["a $Input{who}"] } }), {}, more);
    const job = await run("onboard", { who: { s3cret: 1 } });
    expect(ran).toEqual([]);
    expect(job?.error).toEqual({
      code: "VALIDATION_ERROR",
      message:
        "Step main.create failed: At /body/text/0: The expression at position 2 is an object or a list, which does not fit into a text.",
      retryable: false,
    });
  });
});

const hostile = ["$Now", "$Variable{limit}", "$$", "{{x}}", "$Imput{", "$Input{name}"];

describe("what a feature passes on as data", () => {
  it.each(["create", "create_x"])(
    "reaches a step of event %s from input, results, variables and constants",
    async (event) => {
      const feature: FeatureTarget = {
        sequences: {
          main: [
            { event: "create", step: "first", input: {} },
            {
              event,
              step: "second",
              input: {
                body: {
                  input: "$Input{texts}",
                  result: "$Sequence{main}{first}{body}",
                  in: "a $Input{texts}{0}",
                  hostile: "$Constant{hostile}",
                  dollars: "$$Now",
                },
              },
            },
          ],
        },
        output: { all: "$Sequence{main}{first}{body}", hostile: "<$Input{texts}{1}>" },
      };
      const answer = { body: hostile };
      const { run, ran } = featureWorld({ onboard: feature }, { create: () => answer, create_x: () => answer }, more);
      // As a whole they would be refused in a request: the other tests have them as they are.
      const sent = hostile.map((text) => ` ${text} `);
      const done = await run("onboard", { texts: sent });
      expect(done).toMatchObject({ status: "completed" });
      expect(ran[1]).toEqual({
        event,
        input: { body: { input: sent, result: hostile, in: `a ${sent[0]}`, hostile: "$Now", dollars: "$Now" } },
      });
      expect(resultOf(done)).toEqual({ all: hostile, hostile: `<${sent[1]}>` });
    },
  );

  it("stays data in every attempt of a step, and after a retry of the feature", async () => {
    let fails = 3;
    const world = featureWorld(
      {
        onboard: {
          sequences: {
            main: [
              { event: "create" },
              { event: "create_x", retries: 1, input: { body: "$Sequence{main}{create}{body}" } },
            ],
          },
        },
      },
      {
        create: () => ({ body: { texts: hostile } }),
        create_x: () => {
          if (fails-- > 0) throw new JobError("TIMEOUT", "not yet");
          return {};
        },
      },
      more,
    );
    const job = await world.run("onboard");
    expect(job).toMatchObject({ status: "failed" });
    const step = await world.jobs.get(stepsOf(job)["main.create_x"]?.job_id ?? "");
    expect(step).toMatchObject({ input: { inline: { body: { texts: hostile } } } });
    expect(step).not.toHaveProperty("expressions");
    await changeJob(world, job?.id ?? "", retry(0));
    await world.settle();
    expect(await world.jobs.get(job?.id ?? "")).toMatchObject({ status: "completed" });
    const inputs = world.ran.filter(({ event }) => event === "create_x").map(({ input }) => input);
    expect(inputs).toEqual([1, 2, 3, 4].map(() => ({ body: { texts: hostile } })));
  });
});

describe("a feature whose event takes expressions", () => {
  it.each(["create", "create_x"])(
    "evaluates its input once, which is then data to a step of event %s",
    async (event) => {
      const input = { body: { name: "$Input{name}", text: "a $Input{name}", at: "$Input{at}" } };
      const world = featureWorld({ onboard: { sequences: { main: [{ event, input }] } } }, {}, more);
      const job = await world.run("onboard_x", { name: "$Constant{hostile}", at: "$Now" });
      expect(job).toMatchObject({ status: "completed", input: { inline: { name: "$Constant{hostile}", at: "$Now" } } });
      expect(world.ran).toEqual([{ event, input: { body: { name: "$Now", text: "a $Now", at: noon } } }]);
    },
  );

  it("fails at once if its values do not fit", async () => {
    const features = one({}, { input: { name: { type: "string" } } });
    const world = featureWorld(features, {}, more);
    const job = await world.run("onboard_x", { name: "$Variable{limit}" });
    expect(job).toMatchObject({ status: "failed", error: { code: "VALIDATION_ERROR" } });
    expect(job?.error?.message).toContain("/input/name");
  });
});

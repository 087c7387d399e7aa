import { hash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";
import { Webhook } from "standardwebhooks";
import { defineFunction } from "../../../lambdas/code/define-function.ts";
import { defineFeature } from "../../../lambdas/code/feature/define-feature.ts";
import { featureBundle } from "../../../lambdas/code/feature-bundle.ts";
import { lambdaHandler } from "../../../lambdas/code/lambda-handler.ts";
import { type ServeOptions, serve } from "../../../lambdas/code/serve.ts";
import { secret } from "../../../lambdas/core/catalog/references.ts";
import { listening, stopping } from "../../support/aws/server.ts";

const greet = defineFunction({ run: () => "hello" });
const stripe = secret("shop/stripe#key");
const ship = (shown: unknown) =>
  defineFeature({ run: async (ctx) => [shown, await ctx.step("read", (own) => own.secret(stripe))] });

const key = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const run = {
  ...{ id: "job_1", run: 1, attempt: 1, product: "shop", env: "dev", feature: "ship" },
  ...{ definition: "", seed: "s", started_at: 1000 },
};
const decide = {
  v: 1,
  kind: "decide",
  decision: 1,
  deadline_ms: 5000,
  now: 1000,
  run,
  input: { v: null },
  from: 0,
  log: [],
};
const step = { ...decide, kind: "step", key: "read", attempt: 1, idempotency_key: "x" };
const call = { v: 1, kind: "call", function: "greet", deadline_ms: 5000, job_id: "job_2", run: 1, attempt: 1 };

async function served(options: Omit<ServeOptions, "secret">, message: object): Promise<unknown> {
  const handler = serve({ secret: key, resolve: () => "s3cret", ...options });
  const body = JSON.stringify(message);
  const at = new Date();
  const headers = {
    ...{ "webhook-id": "m", "webhook-timestamp": String(Math.floor(at.getTime() / 1000)) },
    "webhook-signature": new Webhook(key).sign("m", at, body),
  };
  const answer = await handler(new Request("http://code.invalid/", { method: "POST", body, headers }));
  expect(answer.status).toBe(200);
  return answer.json();
}

const ran = [{ k: "read", c: "step", e: "done", f: "step", value: { v: "s3cret" } }];

describe("serve", () => {
  it("answers calls, decisions and steps, by their kind", async () => {
    const options = { functions: { greet }, features: { ship: ship(1) } };
    expect(await served(options, call)).toMatchObject({ outcome: { is: "completed", value: { v: "hello" } } });
    expect(await served(options, decide)).toMatchObject({ definition: "live", ran });
    expect(await served(options, step)).toMatchObject({ outcome: { is: "completed", value: { v: "s3cret" } } });
  });

  it("runs a long step within others of which nothing is recorded yet", async () => {
    const nested = defineFeature({
      run: (ctx) =>
        ctx.step("pack", () => ctx.step("wrap", () => ctx.step("print", async () => "printed", { timeout: "5m" }))),
    });
    const options = { features: { ship: nested } };
    expect(await served(options, decide)).toMatchObject({ commands: [{ k: "pack/wrap/print" }] });
    expect(await served(options, { ...step, key: "pack/wrap/print" })).toMatchObject({
      outcome: { is: "completed", value: { v: "printed" } },
    });
  });

  it("keeps several versions of features: new runs begin with the first, and others go on with theirs", async () => {
    const options = {
      definitions: [
        { id: "v2", features: { ship: ship("now") } },
        { id: "v1", features: { ship: ship("before"), gone: ship(0) } },
      ],
    };
    const of = (definition: string, feature = "ship") => ({
      ...{ ...decide, run: { ...run, definition, feature } },
      log: [{ n: 1, k: "read", c: "step", e: "done", at: 1, f: "step", value: { v: 1 } }],
    });
    expect(await served(options, of(""))).toMatchObject({ definition: "v2", outcome: { value: { v: ["now", 1] } } });
    expect(await served(options, of("v1"))).toMatchObject({
      definition: "v1",
      outcome: { value: { v: ["before", 1] } },
    });
    expect(await served(options, of("v0"))).toMatchObject({ refuse: { code: "UNKNOWN_DEFINITION" } });
    expect(await served(options, of("v2", "gone"))).toMatchObject({ refuse: { code: "UNKNOWN_FEATURE" } });
    const offers = await serve({ secret: key, ...options })(new Request("http://code.invalid/"));
    expect(await offers.json()).toEqual({ v: 1, functions: [], features: ["ship"], definitions: ["v2", "v1"] });
  });

  it.each([
    ["another version", { ...decide, v: 2 }],
    ["no run", { ...decide, run: undefined }],
    ["no log", { ...decide, log: undefined }],
    ["another kind", { v: 1, kind: "guess" }],
  ])("refuses a message of %s", async (_what, message) => {
    expect(await served({ features: { ship: ship(1) } }, message)).toMatchObject({ refuse: { code: "PROTOCOL" } });
  });

  it("takes features or definitions", () => {
    expect(() => serve({ secret: key, features: {}, definitions: [] })).toThrow("serve takes `features`, or");
  });
});

describe("the bundle of a feature", () => {
  const bundleOf = (feature: unknown, secrets = [stripe]) =>
    featureBundle("ship", { load: async () => ({ ship: feature }), export: "ship", file: "features/ship.ts", secrets });
  const host = { definition: "def_1", resolve: async () => "s3cret", write: () => {} };

  it("answers by kind, and reads the secrets that the feature lists", async () => {
    const message = { ...decide, kind: "decide" as const, run: { ...run, definition: "def_1" } };
    expect(await bundleOf(ship(1)).answer(message, host)).toMatchObject({ definition: "def_1", ran });
    const unlisted = await bundleOf(ship(1), []).answer(message, host);
    const text = expect.stringContaining("features.ship of the catalog does not list");
    expect(unlisted).toMatchObject({ ran: [{ e: "failed", error: { message: text } }] });
  });

  it("refuses a feature that its module does not have", async () => {
    expect(await bundleOf(greet).answer({ ...decide, kind: "decide" }, host)).toMatchObject({
      refuse: {
        code: "UNKNOWN_FEATURE",
        message: expect.stringContaining("features/ship.ts exports a ship that defineFeature has not made"),
      },
    });
  });
});

describe("a module that fails as it is loaded", () => {
  it("is told as such, however often it is asked for", async () => {
    let loads = 0;
    const load = async () => {
      loads += 1;
      // A second import of what has failed may give a module that is not whole.
      if (loads > 1) return {};
      throw new TypeError("TAX_RATE is not set");
    };
    const bundle = featureBundle("ship", { load, export: "ship", file: "features/ship.ts" });
    const host = { definition: "def_1", resolve: async () => "s3cret", write: () => {} };
    for (const _time of [1, 2, 3])
      expect(
        await bundle.answer({ ...decide, kind: "decide", run: { ...run, definition: "def_1" } }, host),
      ).toMatchObject({
        refuse: {
          code: "UNKNOWN_FEATURE",
          message: expect.stringContaining("features/ship.ts cannot be loaded: TypeError: TAX_RATE is not set."),
        },
      });
  });
});

describe("the Lambda function of a product", () => {
  const folder = mkdtempSync(join(tmpdir(), "bundles-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  /** A bundle that says what it is and what it was asked. */
  const written = (text: string) => {
    const code = `export const bundle = { answer: async (message, { definition }) => ({ text: ${JSON.stringify(text)}, definition, run: message.run.definition }) };`;
    const file = join(folder, `${text}.mjs`);
    writeFileSync(file, code);
    return { file: pathToFileURL(file), code, sha256: hash("sha256", code, "hex") };
  };
  const [now, before] = [written("now"), written("before")];
  const linkTo = ({ code }: { code: string }) => `data:application/gzip;base64,${gzipSync(code).toString("base64")}`;
  const of = (definition: string, code?: { url: string }) => ({
    ...decide,
    run: { ...run, definition },
    ...(code && { code }),
  });
  const handler = () => lambdaHandler({ functions: {}, features: { ship: now.file } });

  it("answers new runs by the code of now, by its hash", async () => {
    const answer = { text: "now", definition: now.sha256, run: now.sha256 };
    expect(await handler()(of(""))).toEqual(answer);
    expect(await handler()(of(now.sha256))).toEqual(answer);
    expect(await lambdaHandler({ functions: {} })(decide)).toMatchObject({ refuse: { code: "UNKNOWN_FEATURE" } });
  });

  it("gives the code of now to be kept, and no other", async () => {
    const asked = { v: 1, kind: "bundle", feature: "ship", job_id: "job_1", deadline_ms: 1000 };
    const { bundle } = (await handler()({ ...asked, definition: now.sha256 })) as { bundle: string };
    expect(gunzipSync(Buffer.from(bundle, "base64")).toString()).toBe(now.code);
    expect(await handler()({ ...asked, definition: before.sha256 })).toMatchObject({
      refuse: { code: "UNKNOWN_DEFINITION" },
    });
  });

  it("answers an earlier run by the code that it began with, which it keeps", async () => {
    const one = handler();
    expect(await one(of(before.sha256))).toMatchObject({ refuse: { code: "UNKNOWN_DEFINITION" } });
    const answer = { text: "before", definition: before.sha256, run: before.sha256 };
    expect(await one(of(before.sha256, { url: linkTo(before) }))).toEqual(answer);
    expect(await one(of(before.sha256))).toEqual(answer);
    expect(await one(of(""))).toMatchObject({ text: "now" });
  });

  it.each<[string, (url: string) => string, string]>([
    [
      "was altered by hand",
      () => linkTo(written("other")),
      "The code that is kept is not the code that the run began with.",
    ],
    ["is no gzip any more", () => "data:application/gzip;base64,AAAA", "The code that is kept is not the code"],
    ["was deleted by hand", (server) => `${server}/404`, "The code that the run began with is gone."],
    [
      "was deleted by hand, where S3 does not say so",
      (server) => `${server}/403`,
      "The code that the run began with is gone.",
    ],
  ])("refuses code that %s, and says what to do", async (_what, linkOn, why) => {
    const server = createServer(({ url }, response) => response.writeHead(Number(url?.slice(1))).end());
    const asked = of(before.sha256, { url: linkOn(await listening(server)) });
    const one = handler();
    const { refuse } = (await one(asked)) as { refuse: { code: string; message: string } };
    expect(refuse).toEqual({ code: "UNKNOWN_DEFINITION", message: expect.stringContaining(why) });
    expect(refuse.message).toContain(
      `Put code/${before.sha256}.mjs.gz back into the bucket, deploy ship as it was, or move the run to the present code.`,
    );
    // It is looked for again, since it may be put back.
    expect(await one(of(before.sha256, { url: linkTo(before) }))).toMatchObject({ text: "before" });
    await stopping(server);
  });

  it("is a crash where its code cannot be read for now", async () => {
    const server = createServer((_request, response) => response.writeHead(503).end());
    const asked = of(before.sha256, { url: await listening(server) });
    await expect(handler()(asked)).rejects.toThrow("could not be read: status 503");
    await stopping(server);
  });

  it("imports nothing that comes from elsewhere", async () => {
    process.env.CODE_FROM = "https://state.invalid/code/";
    const strict = handler();
    delete process.env.CODE_FROM;
    await expect(strict(of(before.sha256, { url: linkTo(before) }))).rejects.toThrow("leads elsewhere");
  });
});

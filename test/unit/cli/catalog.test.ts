import { noon } from "../../support/builders.ts";
import { jobId } from "../../support/cli/a-job.ts";
import { answering, now } from "../../support/cli/answering.ts";

const event = { tag: "remind", type: "action", retries: 5, timeout_ms: 30_000, target: "backend.send" };

describe("the command products", () => {
  it("lists each event of each product", async () => {
    const products = [
      { tag: "shop", envs: ["dev", "prd"], events: [event] },
      { tag: "mail", envs: ["prd"], events: [{ ...event, tag: "send" }] },
    ];
    expect((await answering({ "GET /v1/products": { products } }).cli(["products"])).out).toBe(
      [
        "PRODUCT  ENVS      EVENT   TYPE    RUNS          RETRIES  TIMEOUT",
        "shop     dev, prd  remind  action  backend.send  5        30 s",
        "mail     prd       send    action  backend.send  5        30 s",
        "",
      ].join("\n"),
    );
  });

  const input = { type: "object", properties: { body: {} } };
  const shop = {
    ...{ tag: "shop", name: "The shop", envs: ["dev"], variables: ["region"], constants: [] },
    schedules: [{ name: "nightly", env: "dev", event: "remind", job_id: jobId, repeat: {} }],
    events: [{ ...event, references: ['parameter("/shop/url")'], input }],
  };

  it("shows one product, and the schema of an event's input", async () => {
    const { cli } = answering({ "GET /v1/products/shop": shop });
    expect((await cli(["products", "shop"])).out).toMatch(
      /^shop The shop\n {2}envs +dev\n {2}variables +region\n {2}schedules +nightly \(dev remind\)\nEVENT/,
    );
    const { out } = await cli(["products", "shop", "--event", "remind"]);
    expect(out).toMatch(/^shop remind \(action\)\n[\s\S]*needs +parameter\("\/shop\/url"\)\ninput:\n\{\n/);
    expect(JSON.parse((await cli(["products", "shop", "--event", "remind", "--json"])).out)).toMatchObject({ input });
    expect(await cli(["products", "shop", "--event", "remnd"])).toMatchObject({
      code: 2,
      err: 'The product shop has no event "remnd". It has remind.\n',
    });
    expect(await cli(["products", "--event", "remind"])).toMatchObject({
      code: 2,
      err: expect.stringContaining("name the product before it"),
    });
  });
});

describe("the command code list", () => {
  const price = { ...event, tag: "price", type: "function", target: "price" };
  const refund = { ...event, tag: "refund", type: "feature", target: "refund" };
  const shop = {
    ...{ tag: "shop", envs: ["dev", "prd"] },
    events: [
      event,
      {
        ...price,
        code: { runs: { dev: "deployed", prd: "deployed" }, module: "../functions/price.ts", export: "price" },
      },
      { ...price, tag: "quote", target: "quote", code: { runs: { dev: "serve", prd: "portable" } } },
      {
        ...refund,
        code: { runs: { dev: "deployed", prd: "deployed" }, module: "../features/refund.ts", export: "refund" },
      },
    ],
  };
  const run = (bundle: string | undefined, created_at: number) => ({ job_id: jobId, bundle, created_at });
  const jobs = [
    run("b".repeat(64), 2),
    run("c".repeat(64), 3),
    run("a".repeat(64), 1),
    run("c".repeat(64), 4),
    run(undefined, 5),
  ];
  const answers = {
    "GET /v1/products": { products: [{ tag: "shop", envs: [], events: [] }] },
    "GET /v1/products/shop": shop,
    "GET /v1/jobs": { jobs },
  };

  it("shows where code runs, and how far the code of open runs is behind", async () => {
    const { cli, asked } = answering(answers);
    const { out } = await cli(["code", "list"]);
    expect(out).toMatch(/^PRODUCT +KIND +NAME/);
    expect(out).not.toContain("remind");
    expect(out).toMatch(/^shop +function +quote .* dev serve, prd portable/m);
    const { code } = JSON.parse((await cli(["code", "list", "--json"])).out);
    expect(code[2]).toMatchObject({
      ...{ product_tag: "shop", kind: "feature", name: "refund", timeout_ms: 30_000, open_runs: 5 },
      versions: [
        { bundle: "c".repeat(64), runs: 2, behind: 0 },
        { bundle: "b".repeat(64), runs: 1, behind: 1 },
        { bundle: "a".repeat(64), runs: 1, behind: 2 },
      ],
    });
    expect(asked.map((one) => one.path)).toContain("/v1/jobs?product_tag=shop&event=refund&status=running&limit=100");
  });

  it("looks at one product, and at no runs", async () => {
    const { cli, asked } = answering(answers);
    expect((await cli(["code", "list", "--product", "shop", "--no-runs"])).out).toContain("refund");
    expect(asked.map((one) => one.path)).toEqual(["/v1/products/shop"]);
  });

  it("says that there is none", async () => {
    const none = { ...shop, events: [event] };
    const { cli } = answering({ ...answers, "GET /v1/products/shop": none });
    expect((await cli(["code", "list"])).err).toBe("The catalog has no functions and features in code.\n");
  });
});

describe("the command definitions get", () => {
  const difference = {
    steps: [
      { step: "main.b", change: "added" },
      { step: "main.a", change: "changed", fields: ["delay", "input"] },
    ],
    ...{ event: ["retries"], constants: ["fee"], input: false, output: true },
  };
  const events = [
    { product_tag: "shop", event: "onboard", current: false, difference },
    { product_tag: "shop", event: "again", current: true },
    { product_tag: "bank", event: "onboard", current: false },
  ];
  const definition = {
    ...{ id: "def_1", feature: "onboard", constants: ["fee"], events },
    steps: [
      { step: "main.a", sequence: "main", event: "create", depends_on: [], conditional: false },
      { step: "main.c", sequence: "main", event: "mail", depends_on: ["main.a"], conditional: false },
    ],
  };

  it("shows the steps, and what the catalog says otherwise", async () => {
    const { cli } = answering({ "GET /v1/definitions/def_1": definition });
    expect((await cli(["definitions", "get", "def_1"])).out).toBe(
      [
        "def_1 (feature onboard)",
        "  constants  fee",
        "STEP    EVENT   AFTER",
        "main.a  create",
        "main.c  mail    main.a",
        "shop onboard: the catalog says otherwise now:",
        "  step main.b added",
        "  step main.a changed: delay, input",
        "  event: retries",
        "  constants: fee",
        "  output",
        "shop again: the catalog says the same.",
        "bank onboard: the catalog has it no longer.",
        "",
      ].join("\n"),
    );
  });
});

describe("the command definitions list", () => {
  const of = { product_tag: "shop", event: "onboard", feature: "onboard" };

  it("shows what features have run by, and since when", async () => {
    const definitions = [
      { id: "def_3", current: true, ...of },
      { id: "def_2", current: false, first_at: now - 3_600_000, ...of },
    ];
    const { cli, asked } = answering({ "GET /v1/definitions": { definitions }, "GET /v1/health": {} });
    const { out } = await cli(["definitions", "list", "--product", "shop", "--event", "onboard"]);
    expect(out).toMatch(/^DEFINITION +EVENT +FIRST RUN/);
    expect(out).toMatch(/^def_3 +onboard +none yet +current$/m);
    expect(out).toMatch(/^def_2 +onboard +20.* +1 h ago$/m);
    expect(asked[0]?.path).toBe("/v1/definitions?product_tag=shop&event=onboard");
  });

  it("says that there is none", async () => {
    const { cli } = answering({ "GET /v1/definitions": { definitions: [] } });
    expect((await cli(["definitions", "list", "--product", "shop"])).out).toBe(
      "No feature has run by a definition yet.\n",
    );
  });
});

describe("the command errors", () => {
  const group = {
    ...{ fingerprint: "f", product_tag: "shop", env: "prd", event: "remind", type: "action", code: "PROVIDER_ERROR" },
    ...{ provider_code: "card_declined", message: "refused <number>", count: 12, first_at: now - 9000 },
    ...{ last_at: now - 5000, sample_job_id: jobId },
  };

  it("lists causes with their times", async () => {
    const { cli, asked } = answering({ "GET /v1/errors": { errors: [group] }, "GET /v1/health": {} });
    expect((await cli(["errors", "--product", "shop", "--from", "-7d"])).out).toBe(
      [
        "COUNT  EVENT            CODE                            LAST     LAST JOB                              MESSAGE",
        `12     shop/prd remind  PROVIDER_ERROR (card_declined)  5 s ago  ${jobId}  refused <number>`,
        "",
      ].join("\n"),
    );
    expect(Object.fromEntries(new URLSearchParams(asked.at(-1)?.path.split("?")[1]))).toEqual({
      product_tag: "shop",
      from: String(now - 7 * 86_400_000),
      limit: "20",
    });
    expect(await answering({ "GET /v1/errors": { errors: [] } }).cli(["errors"])).toEqual({
      code: 0,
      out: "",
      err: "Nothing failed.\n",
    });
  });
});

describe("the command stats", () => {
  const none = { p50: null, p95: null, p99: null };
  const stats = {
    ...{ product_tag: "shop", env: "prd", from: now - 86_400_000, to: now, success_rate: 0.98765 },
    counts: { scheduled: 100, completed: 80, failed: 1, cancelled: 2 },
    ...{ completed_first_try: 70, completed_after_retry: 10, mean_attempts: 1.234 },
    ...{ lateness_ms: { p50: 20, p95: 300, p99: 2500 }, duration_ms: none },
  };

  it("says how many, how late, and leaves out what is unknown", async () => {
    const { out } = await answering({ "GET /v1/stats": stats }).cli(["stats", "--product", "shop", "--env", "prd"]);
    expect(out).toBe(
      [
        "shop/prd from 2030-01-30 09:00:00 +00:00 to 2030-01-31 09:00:00 +00:00",
        "  scheduled  100",
        "  completed  80, 70 at once and 10 after a retry",
        "  failed     1",
        "  cancelled  2",
        "  success    98.8 %",
        "  attempts   1.23 per run",
        "  late       half within 20 ms, 95 % within 300 ms, 99 % within 2.5 s",
        "",
      ].join("\n"),
    );
  });

  it("asks for one event", async () => {
    const { asked, cli } = answering({ "GET /v1/stats": { ...stats, event: "charge" } });
    const { out } = await cli(["stats", "--product", "shop", "--env", "prd", "--event", "charge"]);
    expect(out).toMatch(/^shop\/prd\/charge from /);
    expect(asked.at(-1)?.path).toContain("event=charge");
  });
});

describe("the command limits list", () => {
  it("says whether the catalog has no limits or none of the name", async () => {
    const { cli } = answering({ "GET /v1/limits": { limits: [] } });
    expect((await cli(["limits", "list"])).err).toBe("The catalog has no limits.\n");
    expect((await cli(["limits", "list", "--name", "mailbox"])).err).toBe("The catalog has no such limit.\n");
  });

  it("says by when the line of a key follows a rate that was changed, and of no other", async () => {
    const gate = { key: "ada", in_use: 0, waiting: 3, more_waiting: false, next_start: noon };
    const of = (gates: object[]) => ({
      limits: [{ name: "mailbox", product_tag: "shop", env: "dev", gates, more_gates: false }],
    });
    const shown = async (gates: object[]) =>
      (await answering({ "GET /v1/limits": of(gates) }).cli(["limits", "list", "--name", "mailbox"])).out;
    const changed = await shown([
      { ...gate, follows_by: noon + 60_000 },
      { ...gate, key: "bob" },
    ]);
    expect(changed).toMatch(/NEXT START +NEW RATE BY/);
    expect(changed).toMatch(/ada .*12:00:00 .*12:01:00/);
    expect(changed).not.toMatch(/bob .*12:01:00/);
    expect(await shown([gate])).not.toContain("NEW RATE BY");
  });
});

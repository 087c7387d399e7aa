import { hash } from "node:crypto";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { secret } from "../../../lambdas/core/catalog/references.ts";
import type { AwsQuestions } from "../../../packages/ductape-jobs/src/cli/doctor/aws.ts";
import { checkAws } from "../../../packages/ductape-jobs/src/cli/doctor/check-aws.ts";
import { checkNode, checkNpm } from "../../../packages/ductape-jobs/src/cli/doctor/check-machine.ts";
import { doctor } from "../../../packages/ductape-jobs/src/cli/doctor/doctor.ts";
import type { DevSettings } from "../../../packages/ductape-jobs/src/cli/io.ts";
import { answering, apiKey, problem } from "../../support/cli/answering.ts";
import { runCli } from "../../support/cli/run-cli.ts";

/** A folder with these files. */
function folderWith(files: Record<string, string>): string {
  const cwd = mkdtempSync(join(tmpdir(), "ductape-cli-project-"));
  mkdirSync(join(cwd, "products"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text);
  return cwd;
}

const product = (pricing: string) =>
  `const envs = { dev: { provider: "http", url: "https://pricing.example.com" } };
export const shop = { tag: "shop", envs: ["dev"], functions: { pricing: { envs } }, jobs: { price: { type: "function", function: "${pricing}" } } };`;
const index = 'import { shop } from "./shop.ts";\nexport const products: unknown[] = [shop];';

describe("the command check", () => {
  it("says that a catalog has no fault", async () => {
    const cwd = folderWith({ "products/index.ts": index, "products/shop.ts": product("pricing") });
    expect(await runCli(["check"], { cwd })).toEqual({
      code: 0,
      out: "products/index.ts: 1 product, 1 event, no fault.\n",
      err: "",
    });
    expect(JSON.parse((await runCli(["check", "--json"], { cwd })).out)).toEqual({
      ...{ valid: true, faults: [], warnings: [] },
    });
  });

  it("names a fault's file and path", async () => {
    const cwd = folderWith({ "products/index.ts": index, "products/shop.ts": product("pricin") });
    const { code, out } = await runCli(["check"], { cwd });
    expect(code).toBe(1);
    expect(out).toMatch(/^products\/shop\.ts: jobs\.price\.function: functions has no such entry\. .*pricing/);
    const { faults } = JSON.parse((await runCli(["check", "products/index.ts", "--json"], { cwd })).out);
    expect(faults).toMatchObject([
      { file: "products/shop.ts", path: "jobs.price.function", pointer: "/shop/jobs/price/function" },
    ]);
  });

  it.each([
    [{}, /^There is no catalog products\/index\.ts\.\n$/],
    [{ "products/index.ts": "export const products = [;" }, /does not compile:[\s\S]*index\.ts:1:25/],
    [{ "products/index.ts": "export const product = [];" }, /products\/index\.ts must export the products as an array/],
    [{ "products/index.ts": 'throw new Error("no such luck");' }, /index\.ts throws while it is loaded: no such luck/],
  ])("says why a catalog cannot be loaded: %#", async (files, message) => {
    expect(await runCli(["check"], { cwd: folderWith(files as Record<string, string>) })).toMatchObject({
      code: 1,
      err: expect.stringMatching(message),
    });
  });
});

describe("the command check --against a deployment", () => {
  const shop = (steps: object[]) => `
    const envs = { dev: { provider: "http", url: "https://pricing.example.com" } };
    export const products: unknown[] = [{ tag: "shop", envs: ["dev"], functions: { pricing: { envs } },
      jobs: { price: { type: "function", function: "pricing" }, order: { type: "feature", feature: "order" } },
      features: { order: { sequences: { main: ${JSON.stringify(steps)} } } } }];`;
  const cwd = folderWith({ "products/index.ts": shop([{ event: "price" }]) });
  const run = (id: number, more: object = {}) => ({
    ...{
      job_id: `job_${id}`,
      product_tag: "shop",
      env: "dev",
      event: "order",
      definition: { id: "def_old", current: true },
    },
    steps: { "main.price": { status: "completed" }, "main.ship": { status: "not_started" } },
    graph: [
      { step: "main.price", event: "gone" },
      { step: "main.ship", event: "price" },
    ],
    ...more,
  });
  const deployed = (runs: ReturnType<typeof run>[], more: object = {}) =>
    answering({
      "GET /v1/products": { products: [{ tag: "shop", envs: ["dev"], events: [] }] },
      "GET /v1/jobs": { jobs: runs, ...more },
      ...Object.fromEntries(runs.map((one) => [`GET /v1/jobs/${one.job_id}`, one])),
      "GET /v1/definitions/def_named": {
        steps: [
          { step: "main.price", says: { input: { body: "$Variable{before}" } } },
          { step: "main.ship", says: { input: { body: "From $Variable{sender}" } } },
        ],
      },
      "GET /v1/definitions/def_output": { steps: [], output: { of: "$Variable{mail}{from}" } },
    });
  const check = (api: ReturnType<typeof answering>, ...args: string[]) =>
    api.cli(["check", "--against", "https://jobs.example.com", ...args], { cwd });

  it("says which runs go on by an earlier definition, which is no failure", async () => {
    const api = deployed([run(1), run(2)]);
    expect(await check(api)).toEqual({
      code: 0,
      out: "shop order: 2 runs under way go on by an earlier definition.\n",
      err: "",
    });
    expect(api.asked[1]?.path).toMatch(/^\/v1\/jobs\?product_tag=shop&type=feature&status=running/);
    expect(JSON.parse((await check(api, "--json")).out)).toMatchObject({
      valid: true,
      against: { runs: 2, more: false, kept: [{ product_tag: "shop", event: "order", runs: 2 }], missing: [] },
    });
  });

  it.each<[string, object, string]>([
    [
      "an event",
      { graph: [{ step: "main.ship", event: "ship" }] },
      "1 run would wait at step main.ship for the event ship, such as job_1.",
    ],
    [
      "the event of an app",
      { graph: [{ step: "main.ship", event: "send", app: "post" }] },
      "1 run would wait at step main.ship for the event send",
    ],
    [
      "the event of items that have not begun",
      {
        graph: [{ step: "main.ship", event: "ship", for_each: { concurrency: 50 } }],
        steps: { "main.ship": { status: "running" } },
      },
      "1 run would wait at step main.ship for the event ship, such as job_1.",
    ],
    ["an env", { env: "prd" }, "1 run would wait at step main.ship for the env prd"],
    [
      "a variable",
      { definition: { id: "def_named", current: true } },
      "1 run would wait at step main.ship for the variable sender, such as job_1.",
    ],
    [
      "a variable of its output",
      { definition: { id: "def_output", current: true } },
      "1 run would wait for the variable mail.from, such as job_1.",
    ],
    ["a product", { product_tag: "bank" }, "bank order: 1 run would wait for the product bank"],
    [
      "all features in code of its product",
      { bundle: "3a".repeat(32), graph: [{ step: "quote" }] },
      "shop order: 1 run would wait for a feature in code of shop, such as job_1.",
    ],
    [
      "the server of its code",
      { bundle: "2026-12", graph: [{ step: "quote" }] },
      "shop order: 1 run would wait for the address of its code for env dev, such as job_1.",
    ],
  ])("fails where a step would miss %s", async (_what, more, text) => {
    const { code, out } = await check(deployed([run(1, more)]));
    expect(out).toContain(text);
    expect(code).toBe(1);
  });

  it("counts the jobs that wait for what the catalog does not have, and would fail", async () => {
    const job = (id: string, event: string, more: object = {}) => ({ job_id: id, event, type: "function", ...more });
    const begun = { type: "feature", first_started_at: 1 };
    const jobsOf = ({ path }: { path: string }) => {
      const query = new URLSearchParams(path.split("?")[1]);
      const [status, event, env] = ["status", "event", "env"].map((name) => query.get(name));
      if (status === "scheduled" && event === "ship") {
        const many = Array.from({ length: 99 }, (_, n) => job(`job_s${n}`, "ship"));
        return Response.json({ jobs: [...many, job("job_nightly", "ship")], next_cursor: "on" });
      }
      if (status === "queued" && event === "refund")
        return Response.json({ jobs: [job("job_r1", "refund", begun), job("job_r2", "refund", { type: "feature" })] });
      const steps = ["job_q1", "job_q2"].map((id) => job(id, "price", { parent: { job_id: "job_1" } }));
      if (status === "queued" && env === "prd")
        return Response.json({ jobs: [...steps, job("job_o", "order", { type: "feature" })] });
      return Response.json({ jobs: status === "paused" && env === "prd" ? [job("job_p", "price")] : [] });
    };
    const api = answering({
      "GET /v1/products": {
        products: [
          {
            ...{ tag: "shop", envs: ["dev", "prd"] },
            events: [
              { tag: "price", type: "function" },
              { tag: "ship", type: "function" },
              { tag: "refund", type: "feature" },
              { tag: "order", type: "feature" },
            ],
          },
        ],
      },
      "GET /v1/products/shop": { schedules: [{ job_id: "job_nightly" }] },
      "GET /v1/jobs": jobsOf,
    });
    const { code, out } = await check(api);
    expect(out.trim().split("\n")).toEqual([
      "shop ship: 99 jobs or more that wait would fail, for want of the function event ship, such as job_s0.",
      "shop refund: 1 job that waits would fail, for want of the feature event refund, such as job_r2.",
      "shop price: 2 jobs that wait would go on waiting, for the env prd, such as job_q1.",
      "shop order: 1 job that waits would go on waiting, for the env prd, such as job_o.",
      "shop price: 1 job that waits would fail, for want of the env prd, such as job_p.",
    ]);
    expect(code).toBe(1);
  });

  it("does not ask of code which events its steps will run", async () => {
    const features = {
      order: { envs: { dev: { provider: "serve", url: "https://shop.example.com", secret: secret("shop/code") } } },
    };
    const served = folderWith({
      "products/index.ts": `export const products: unknown[] = [{ tag: "shop", envs: ["dev"], features: ${JSON.stringify(features)},
        jobs: { order: { type: "feature", feature: "order" } } }];`,
    });
    const open = { "main.ship": { status: "not_started" } };
    const api = deployed([run(1, { bundle: "2026-12", graph: [{ step: "main.ship" }], steps: open })]);
    const { code, out } = await api.cli(["check", "--against", "https://jobs.example.com"], { cwd: served });
    expect(out).toBe("shop order: 1 run under way goes on by an earlier definition.\n");
    expect(code).toBe(0);
  });

  it("looks at the run whose items a job runs, and not at that job", async () => {
    const list = {
      event: "order/main.ship",
      for_each: { items: 1000, done: 5, failed: 0, open: 50 },
      graph: undefined,
    };
    const { out } = await check(deployed([run(1), run(2, list)]));
    expect(out).toContain("shop order: 1 run under way");
  });

  it("says that no run would notice", async () => {
    expect(await check(deployed([]))).toMatchObject({ code: 0, out: "0 runs under way: none would notice.\n" });
  });

  it("looks at 1,000 runs, and fails if there are more", async () => {
    const runs = Array.from({ length: 100 }, (_, id) => run(id));
    const { code, out } = await check(deployed(runs, { next_cursor: "c" }));
    expect(out).toContain("There are more than 1000 runs under way: the others were not looked at.");
    expect(code).toBe(1);
  });

  it("fails for a fault of the catalog before it asks", async () => {
    const api = deployed([]);
    const faulty = folderWith({ "products/index.ts": shop([{ event: "prise" }]) });
    const { code, out } = await api.cli(["check", "--against", "https://jobs.example.com"], { cwd: faulty });
    expect([code, api.asked]).toEqual([1, []]);
    expect(out).toContain("the product has no such event");
  });

  it("says that the API refuses its key", async () => {
    const api = answering({ "GET /v1/products": problem(403, "FORBIDDEN", "This API key does not allow jobs:read.") });
    expect(await check(api)).toMatchObject({ code: 3, err: expect.stringContaining("does not allow jobs:read") });
  });
});

describe("a project with its catalog in init's folder", () => {
  const cwd = folderWith({});
  mkdirSync(join(cwd, "jobs/products"), { recursive: true });
  writeFileSync(join(cwd, "jobs/products/index.ts"), index);
  writeFileSync(join(cwd, "jobs/products/shop.ts"), product("pricing"));

  it("is checked, run and found from its package.json's folder", async () => {
    expect((await runCli(["check"], { cwd })).out).toBe("jobs/products/index.ts: 1 product, 1 event, no fault.\n");
    const seen: DevSettings[] = [];
    await runCli(["dev"], { cwd, dev: async (settings) => void seen.push(settings) });
    expect(seen).toMatchObject([
      { catalog: join(cwd, "jobs/products/index.ts"), dataDir: join(cwd, "jobs/.ductape"), envFile: "jobs/.env.local" },
    ]);
    expect((await runCli(["jobs", "list"], { cwd })).err).toContain(`the data folder ${join(cwd, "jobs/.ductape")};`);
  });
});

describe("the command keys", () => {
  const cwd = folderWith({ "products/index.ts": index, "products/shop.ts": product("pricing") });

  it("checks a new key by the project's catalog before it looks for the table", async () => {
    const options = ["--name", "ci", "--products", "shopp", "--envs", "prd", "--verbs", "jobs:reed", "--local"];
    expect(await runCli(["keys", "create", ...options], { cwd })).toMatchObject({
      code: 2,
      out: "",
      err: expect.stringMatching(/no product "shopp".*shop[\s\S]*no env "prd"[\s\S]*no verb "jobs:reed"/),
    });
  });

  it("names the package's commands", async () => {
    expect(await runCli(["keys", "list", "--local"], { cwd })).toMatchObject({
      code: 2,
      err: expect.stringMatching(/Run `ductape-jobs dev` in another terminal/),
    });
    expect(await runCli(["keys", "revoke", "nonsense", "--local"], { cwd })).toMatchObject({
      code: 2,
      err: expect.stringMatching(/`ductape-jobs keys list` shows the ids/),
    });
    expect(await runCli(["keys", "list", "--local", "--table", "t"], { cwd })).toMatchObject({ code: 2 });
  });
});

describe("the command open", () => {
  it("prints and opens the address of the page without a key", async () => {
    const opened: string[] = [];
    const browse = (url: string) => void opened.push(url);
    const env = { DUCTAPE_URL: "https://user:secret@jobs.example.com/v1?key=secret" };
    expect(await runCli(["open"], { env, browse })).toMatchObject({ code: 0, out: "https://jobs.example.com/\n" });
    expect((await runCli(["open", "job_1", "--no-browser"], { env, browse })).out).toBe(
      "https://jobs.example.com/#/jobs/job_1\n",
    );
    expect(opened).toEqual(["https://jobs.example.com/"]);
  });

  it("refuses an invalid address", async () => {
    const browse = () => {
      throw new Error("opened");
    };
    for (const url of ["javascript:alert(1)", "file:///etc/passwd", "jobs"])
      expect(await runCli(["open", "--url", url], { browse })).toMatchObject({ code: 2, out: "" });
  });
});

describe("the command dev", () => {
  it("runs the local runtime with the catalog and npm start's settings", async () => {
    const seen: DevSettings[] = [];
    const dev = async (settings: DevSettings) => void seen.push(settings);
    const env = { PORT: "3100", DUCTAPE_DATA: "data" };
    expect(await runCli(["dev", "--watch", "--quiet", "--catalog", "jobs.ts"], { dev, env, cwd: "/p" })).toMatchObject({
      code: 0,
    });
    expect(seen).toMatchObject([
      { port: 3100, dataDir: "/p/data", watch: true, attempts: "none", empty: false, catalog: "/p/jobs.ts" },
    ]);
    expect(await runCli(["dev", "--quiet", "--json"], { dev })).toMatchObject({
      code: 1,
      err: expect.stringMatching(/exclude each other/),
    });
    await runCli(["dev", "--port", "0"], { dev, env });
    expect(seen[1]).toMatchObject({ port: 0 });
    await runCli(["dev", "--allow-real"], { dev });
    expect(seen.map(({ allowReal }) => allowReal)).toEqual([false, false, true]);
    expect(await runCli(["dev", "--port", "99999"], { dev })).toMatchObject({
      code: 1,
      err: "--port must be a number from 0 to 65535.\n",
    });
    expect(await runCli(["dev"], { dev, env: { PORT: "x" } })).toMatchObject({
      code: 1,
      err: "PORT must be a number from 0 to 65535.\n",
    });
  });
});

const named = (name: string) => Object.assign(new Error("with a secret in it"), { name });
const account: AwsQuestions = {
  credentials: async () => {},
  region: async () => "eu-central-1",
  bootstrap: async () => ({ version: 30, account: "123456789012" }),
  concurrency: async () => 1000,
  mail: async () => ({ isSandbox: false, perDay: 50_000 }),
  code: async () => [],
  bundle: async () => undefined,
};
const states = async (aws: Partial<AwsQuestions>, toDeploy = true) =>
  Object.fromEntries((await checkAws({ ...account, ...aws }, toDeploy)).map(({ check, state }) => [check, state]));

describe("the command doctor", () => {
  const collecting = () => {
    const lines: string[] = [];
    return { lines, io: { out: { write: (text: string) => void lines.push(text) }, err: { write: () => {} } } };
  };

  it("checks an account that is fine", async () => {
    expect(Object.values(await states({}))).toEqual(["ok", "ok", "ok", "ok", "ok"]);
  });

  it.each<[Partial<AwsQuestions>, Record<string, string>]>([
    [
      { credentials: async () => Promise.reject(named("CredentialsProviderError")) },
      { "AWS credentials": "problem", "AWS account": "note" },
    ],
    [
      { region: async () => Promise.reject(new Error("Region is missing")) },
      { "AWS Region": "problem", "AWS account": "note" },
    ],
    [{ bootstrap: async () => ({ version: 5, account: undefined }) }, { "CDK bootstrap": "problem" }],
    [{ bootstrap: async () => Promise.reject(named("ParameterNotFound")) }, { "CDK bootstrap": "problem" }],
    [{ bootstrap: async () => Promise.reject(named("AccessDeniedException")) }, { "CDK bootstrap": "note" }],
    [{ concurrency: async () => 10 }, { "Lambda concurrency": "problem" }],
    [{ concurrency: async () => Promise.reject(named("ExpiredTokenException")) }, { "Lambda concurrency": "problem" }],
    [{ mail: async () => ({ isSandbox: true, perDay: 200 }) }, { SES: "note" }],
  ])("%#: says what is wrong in the account", async (aws, expected) => {
    expect(await states(aws)).toMatchObject(expected);
    expect(JSON.stringify(await checkAws({ ...account, ...aws }, true))).not.toContain("secret");
  });

  it("takes a machine without credentials as fit for all but a deployment", async () => {
    const none = { credentials: async () => Promise.reject(named("CredentialsProviderError")) };
    expect(await states(none, false)).toMatchObject({ "AWS credentials": "note" });
    const me = { caller: "deployed", verbs: ["jobs:read"], products: ["*"], envs: ["*"], version: "0.3.0" };
    const { fetch, env } = answering({ "GET /v1/health": {}, "GET /v1/me": me });
    const { lines, io } = collecting();
    const run = (options: object) =>
      doctor({ ...io, env, cwd: "/nowhere", isTTY: false, fetch }, options, { ...account, ...none });
    expect([await run({}), await run({ deploy: true })]).toEqual([0, 1]);
    expect(lines[0]).toMatch(/^note +AWS credentials +none\n +Set AWS_PROFILE/m);
  });

  it("suggests a setting in an account that runs few functions", async () => {
    const findings = await checkAws({ ...account, concurrency: async () => 10 }, true);
    const { detail, remedy } = findings.find(({ check }) => check === "Lambda concurrency") as Awaited<
      ReturnType<typeof checkAws>
    >[number];
    expect(detail).toBe("10 at a time");
    expect(remedy).toMatch(/L-B99A9384 .*jobs:accountConcurrency to 10/);
  });

  it("refuses a Node or npm that is too old", async () => {
    expect(checkNode("20.1.0")).toMatchObject({ state: "problem", remedy: expect.stringContaining("Node 24") });
    expect(checkNode("24.0.0").state).toBe("ok");
    expect((await checkNpm(async () => "9.1.0")).state).toBe("problem");
    expect((await checkNpm(async () => Promise.reject(new Error("ENOENT")))).detail).toBe("not found");
  });

  it("prints a line per check, and exits with 1 on a problem", async () => {
    const { fetch, env } = answering({
      "GET /v1/health": {},
      "GET /v1/me": problem(403, "FORBIDDEN", "This key is not known."),
    });
    const { lines, io } = collecting();
    const code = await doctor({ ...io, env, cwd: "/nowhere", isTTY: false, fetch }, {}, account);
    expect(code).toBe(1);
    const text = lines.join("");
    expect(text).toMatch(/^ok {7}Node {16}24\./m);
    expect(text).toMatch(/^note {5}local runtime {7}none runs with the data folder /m);
    expect(text).toMatch(
      /^problem {2}API {17}https:\/\/jobs\.example\.com \(DUCTAPE_URL\): This key is not known\.\n {29}Set DUCTAPE_API_KEY/m,
    );
    expect(text).not.toContain(apiKey);
  });

  describe("looks at the functions with the code of a deployment", () => {
    const me = { caller: "deployed", verbs: ["jobs:read"], products: ["*"], envs: ["*"], version: "0.3.0" };
    const at = (product: string, more: object = {}) => ({
      ...{ product, name: `jobs-code-${product}`, state: "Active", update: "Successful" },
      ...{ changed: "2030-01-01T10:11:12.000+0000", ...more },
    });
    const findings = async (code: AwsQuestions["code"], runs: object = { prd: "deployed" }) => {
      const { fetch, env } = answering({
        ...{ "GET /v1/health": {}, "GET /v1/me": me },
        "GET /v1/products": { products: [{ tag: "shop" }] },
        "GET /v1/products/shop": { tag: "shop", events: [{ tag: "price", code: { runs } }, { tag: "order" }] },
      });
      const { lines, io } = collecting();
      await doctor({ ...io, env, cwd: "/nowhere", isTTY: false, fetch }, { json: true }, { ...account, code });
      const all = JSON.parse(lines.join("")).findings as { check: string; state: string; detail: string }[];
      return all.filter(({ check }) => check.startsWith("code"));
    };

    it.each<[string, AwsQuestions["code"], object]>([
      [
        "works",
        async () => [at("shop"), at("crm", { state: "Failed" })],
        { state: "ok", detail: /2030-01-01 10:11 UTC/ },
      ],
      ["is missing", async () => [at("crm")], { state: "problem", detail: /no Lambda function/ }],
      [
        "cannot run",
        async () => [at("shop", { state: "Failed", why: "no subnet" })],
        { state: "problem", detail: /no subnet/ },
      ],
      [
        "is the one before",
        async () => [at("shop", { update: "Failed" })],
        { state: "problem", detail: /the code of before/ },
      ],
      ["comes", async () => [at("shop", { update: "InProgress" })], { state: "note", detail: /being deployed/ }],
      [
        "is not shown",
        async () => Promise.reject(named("AccessDeniedException")),
        { state: "note", detail: /AccessDenied/ },
      ],
    ])("%s", async (_what, code, { state, detail }: { state?: string; detail?: RegExp }) => {
      expect(await findings(code)).toEqual([
        expect.objectContaining({ state, detail: expect.stringMatching(detail as RegExp) }),
      ]);
    });

    describe("and at the code that open runs keep", () => {
      const text = gzipSync("export const refund = 1;");
      const sha = hash("sha256", "export const refund = 1;", "hex");
      const from = "https://state-1.s3.eu-central-1.amazonaws.com/code/";
      const run = (job_id: string, bundle = sha) => ({ job_id, bundle, created_at: 1 });
      const kept = async (
        jobs: object[],
        bundle: AwsQuestions["bundle"],
        functions = [at("shop", { codeFrom: from })],
      ) => {
        const event = { tag: "refund", type: "feature", code: { runs: { prd: "deployed" } } };
        const { fetch, env, asked } = answering({
          ...{ "GET /v1/health": {}, "GET /v1/me": me },
          "GET /v1/products": { products: [{ tag: "shop" }] },
          "GET /v1/products/shop": { tag: "shop", events: [event] },
          "GET /v1/jobs": { jobs },
        });
        const { lines, io } = collecting();
        const aws = { ...account, code: async () => functions, bundle };
        const code = await doctor({ ...io, env, cwd: "/nowhere", isTTY: false, fetch }, { json: true }, aws);
        const all = JSON.parse(lines.join("")).findings as { check: string; state: string; detail: string }[];
        return { code, asked, found: all.filter(({ check }) => check === "open runs of shop") };
      };

      it.each<[string, object[], AwsQuestions["bundle"], string, RegExp]>([
        [
          "is there",
          [run("job_1"), run("job_2")],
          async () => text,
          "ok",
          /^go on with 1 version of the code, and it is there$/,
        ],
        ["is missing", [run("job_1")], async () => undefined, "problem", /of refund, which job_1 keeps, is missing$/],
        [
          "was altered",
          [run("job_1"), run("job_2")],
          async () => gzipSync("export const refund = 2;"),
          "problem",
          /which 2 open runs keep \(such as job_1\), was altered$/,
        ],
        ["is no archive", [run("job_1")], async () => Buffer.from("no"), "problem", /was altered$/],
        [
          "is not shown",
          [run("job_1")],
          async () => Promise.reject(named("AccessDenied")),
          "note",
          /cannot be read with these credentials \(AccessDenied\)$/,
        ],
      ])("%s", async (_what, jobs, bundle, state, detail) => {
        const { found, code } = await kept(jobs, bundle);
        expect(found).toEqual([expect.objectContaining({ state, detail: expect.stringMatching(detail) })]);
        expect(code).toBe(state === "problem" ? 1 : 0);
        expect(JSON.stringify(found)).not.toContain("secret");
      });

      it("reads each version once, from where the functions of the product do", async () => {
        const read: string[] = [];
        const other = "0".repeat(64);
        const { found, asked } = await kept(
          [run("job_1"), run("job_2"), run("job_3", other)],
          async (place, sha256) => {
            read.push(`${place}${sha256}`);
            return sha256 === sha ? text : undefined;
          },
        );
        expect(asked.map(({ path }) => path)).toContain(
          "/v1/jobs?product_tag=shop&event=refund&status=running&limit=100",
        );
        expect(read.toSorted()).toEqual([`${from}${other}`, `${from}${sha}`]);
        expect(found.map(({ detail }) => detail)).toEqual([
          expect.stringMatching(/^the code 00000000 of refund.*is missing$/),
        ]);
      });

      it("says nothing where no run is open, and of a product whose functions have no features", async () => {
        expect((await kept([], async () => undefined)).found).toEqual([]);
        expect((await kept([run("job_1")], async () => undefined, [at("shop")])).found).toEqual([]);
      });
    });

    it("asks for none where no code is deployed", async () => {
      expect(await findings(async () => Promise.reject(new Error("asked")), { prd: "serve" })).toEqual([]);
    });
  });

  it("exits with 0 without a problem", async () => {
    const me = { caller: "deployed", verbs: ["jobs:read"], products: ["*"], envs: ["*"], version: "0.3.0" };
    const { fetch, env } = answering({ "GET /v1/health": {}, "GET /v1/me": me });
    const { lines, io } = collecting();
    expect(await doctor({ ...io, env, cwd: "/nowhere", isTTY: false, fetch }, { json: true }, account)).toBe(0);
    expect(JSON.parse(lines.join("")).findings).toContainEqual({
      check: "API",
      state: "ok",
      detail: "https://jobs.example.com (DUCTAPE_URL) answers: version 0.3.0, key deployed with jobs:read",
    });
  });
});

describe("the usage of a command", () => {
  it.each([
    [["job"], /unknown command 'job'\n\(Did you mean jobs\?\)/],
    [["jobs", "lst"], /unknown command 'lst'\n\(Did you mean list\?\)/],
    [["jobs", "list", "--prodct", "x"], /unknown option '--prodct'\n\(Did you mean --product\?\)/],
    [["jobs", "get"], /missing required argument 'job_id'/],
    [["jobs", "list", "--limit", "0"], /Use a whole number, 1 or more/],
    [["jobs", "list", "--recurring", "--one-time"], /cannot be used with/],
    [["schedule", "e", "--env", "dev"], /This needs --product <tag> \(or DUCTAPE_PRODUCT\)\./],
    [["pause", "create"], /This needs --product <tag> \(or DUCTAPE_PRODUCT\), --reason <text>\./],
    [["schedule", "e", "--product", "p", "--env", "dev", "--every", "3600"], /Use a number with a unit, such as 90s/],
    [["schedule", "e", "--product", "p", "--env", "dev", "--max-wait", "5"], /Use a number with a unit, such as 90s/],
    [
      ["limits", "pin", "m", "--product", "p", "--env", "e", "--until", "+1h", "--rate", "10"],
      /Use a count and a period: 10\/1m/,
    ],
    [[], /^Usage: ductape-jobs/],
    [["jobs"], /^Usage: ductape-jobs jobs/],
  ])("%j is wrong and exits with 2", async (args, err) => {
    expect(await runCli(args)).toMatchObject({ code: 2, out: "", err: expect.stringMatching(err) });
  });

  it("marks what is required and what a variable may replace", async () => {
    const { out } = await runCli(["limits", "pin", "--help"], { columns: 160 });
    expect(out).toMatch(/--product <tag> .*\[required, or DUCTAPE_PRODUCT\]\n/);
    expect(out).toMatch(/--until <time> .*\[required\]\n/);
    expect(out).not.toMatch(/--reason .*\[/);
  });

  it.each([[["--help"]], [["jobs", "list", "--help"]], [["--version"]]])("%j is right", async (args) => {
    expect(await runCli(args)).toMatchObject({ code: 0, err: "", out: expect.stringMatching(/\S/) });
  });
});

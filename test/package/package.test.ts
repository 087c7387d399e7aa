import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { apiClient, type Outputs } from "../deploy/deployment.ts";
import { credentials, type Ministack, region, startMinistack } from "../deploy/ministack.ts";
import { blocksOf, shopFileIn } from "../support/catalog-pages.ts";
import { until } from "../support/local/until.ts";
import { deployProject } from "./deployed.ts";
import { freePort, shell, start, startBackend } from "./run.ts";
import { writeTrips } from "./trips.ts";
import { type Packages, packBefore, packNow } from "./versions.ts";

/*
 * What docs/getting-started.md promises a stranger, by its own commands, in an empty folder and from the packed packages; and the same
 * after an upgrade from the version before, with jobs in flight. Each test goes on where the one before has stopped.
 */

const minutes = 60_000;
const page = await readFile("docs/getting-started.md", "utf8");
const commands = blocksOf(page, "sh");
/** The page's command with a text in it. */
const command = (text: string) => commands.find((block) => block.includes(text)) ?? `missing: ${text}`;

let folder: string;
let project: string;
let now: Packages;
let before: Packages;
let local: Awaited<ReturnType<typeof start>> | undefined;
let backend: Awaited<ReturnType<typeof startBackend>>;
let ministack: Ministack | undefined;
let port: number;
let deployed: Record<string, string>;
let waiting: { local: string; deployed: string };

/** As on the page, but on ports that are free and with the packages of one version. */
const onThisMachine = (text: string, { create, jobs, sdk }: Packages) =>
  text
    .replaceAll("../ductape-jobs/packed/create-ductape-jobs.tgz", create)
    .replaceAll("../../ductape-jobs/packed/ductape-jobs.tgz", jobs)
    .replaceAll("../../ductape-jobs/packed/ductape-sdk.tgz", sdk)
    .replaceAll("127.0.0.1:3000", `127.0.0.1:${port}`)
    .replaceAll("http://127.0.0.1:4000", backend.url);

/** Runs a command of the page in the project, in a shell with the page's `export` lines. */
const asOnThePage = async (text: string, packages = before) => {
  const line = onThisMachine(`${command("export DUCTAPE_URL")}\n${text}`, packages);
  try {
    return (await shell(line, project)).out;
  } catch (cause) {
    throw new Error(`${(cause as Error).message}\nThe system has printed:\n${local?.output().slice(-4000)}`, { cause });
  }
};

const startProject = async () => {
  local = await start("npm start", project, "For programs", { PORT: String(port) });
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ductape-package-"));
  project = join(folder, "my-jobs");
  port = await freePort();
  backend = await startBackend();
  now = await packNow(join(folder, "now"));
  before = await packBefore(now, join(folder, "before"));
}, 10 * minutes);

afterAll(async () => {
  await local?.stop();
  await ministack?.stop();
  backend?.stop();
  await rm(folder, { recursive: true, force: true });
}, minutes);

test(
  "what the package brings beside the CDK is at most 150 MB",
  async () => {
    const alone = join(folder, "alone");
    await shell(`rm -rf ${alone} && mkdir ${alone} && cd ${alone} && npm init --yes`, folder);
    const began = performance.now();
    await shell(`npm install --omit=peer --no-audit --no-fund ${now.sdk} ${now.jobs}`, alone);
    const seconds = (performance.now() - began) / 1000;
    const { out } = await shell(
      "rm -rf node_modules/aws-cdk-lib node_modules/constructs; du -sm node_modules; find node_modules -name package.json -path '*/node_modules/*' | wc -l",
      alone,
    );
    const [megabytes = Number.NaN] = out.split(/\s+/).map(Number);
    console.log(`npm install ductape-jobs: ${megabytes} MB in ${seconds.toFixed(0)} s`);
    expect(megabytes).toBeLessThanOrEqual(150);
  },
  5 * minutes,
);

test.each(["jobs", "sdk"] as const)(
  "the types and the manifest of %s are right",
  async (name) => {
    const root = new URL("../..", import.meta.url).pathname;
    await shell(`node_modules/.bin/publint ${now[name]} --strict`, root, {
      PATH: `${root}/node_modules/.bin:${process.env.PATH}`,
    });
    // CommonJS imports these ES modules as Node 22 and later allow.
    await shell(`node_modules/.bin/attw ${now[name]} --profile esm-only`, root, {
      PATH: `${root}/node_modules/.bin:${process.env.PATH}`,
    });
  },
  2 * minutes,
);

test(
  "a project is made, checked and tested",
  async () => {
    await shell(onThisMachine(command("npm exec"), before), folder);
    expect((await shell("npm run check", project)).out).toMatch(/1 product, 3 events, no fault/);
    expect((await shell("npm test", project)).out).toMatch(/pass 2\n/);
  },
  5 * minutes,
);

test(
  "a project of the package starts, and runs its own function and a job of its other event",
  async () => {
    await shell("cp .env.local.example .env.local", project);
    await startProject();
    const own = JSON.parse(await asOnThePage(`${command("schedule quote").trim()} --json`));
    expect(own).toMatchObject({ status: "completed", result: { sku: "A-1", total: 3998, currency: "EUR" } });
    const [order] = /job_[0-9a-f]{32}/.exec(await asOnThePage(command("schedule order"))) ?? [];
    expect(await asOnThePage(`npx ductape-jobs jobs tail ${order}`)).toContain("Order A-17: 39.98 EUR, paid by ada.");
    const first = `npx ductape-jobs schedule remind_customer --product shop --env dev --input '{"params": {"order": "A-16"}, "body": {}}' --wait --json`;
    expect(JSON.parse(await asOnThePage(first))).toMatchObject({ status: "completed" });
  },
  2 * minutes,
);

test(
  "the product on the page takes the place of the example while the project runs",
  async () => {
    await writeFile(join(project, "products/shop.ts"), shopFileIn(page));
    await shell(onThisMachine(command("/shop/backend-url="), before), project);
    await writeFile(join(project, "remind.ts"), blocksOf(page, "ts").find((code) => code.includes("dispatch(")) ?? "");
    const job = command('"order": "A-17"');
    let answer = JSON.parse(await asOnThePage(job));
    // Until the changed catalog is in service, the call goes to the outbox.
    for (let tries = 0; tries < 40 && backend.calls.length === 0; tries++) answer = JSON.parse(await asOnThePage(job));
    expect(answer).toMatchObject({ status: "completed", result: { body: { path: "/orders/A-17/reminders" } } });
    waiting = { local: (await asOnThePage("npx node remind.ts")).trim(), deployed: "" };
    expect(JSON.parse(await asOnThePage(`JOB=${waiting.local}\n${curlOf("$DUCTAPE_URL/v1/jobs/$JOB")}`))).toMatchObject(
      { status: "scheduled" },
    );
    expect(JSON.parse(await asOnThePage(command("/v1/explain")))).toMatchObject({ next_runs: expect.any(Array) });
  },
  2 * minutes,
);

test(
  "the page's product passes the checks and the test that the project began with",
  async () => {
    expect((await shell("npm run check", project)).out).toMatch(/1 product, 2 events, no fault/);
    expect((await shell("npm test", project)).out).toMatch(/pass 2\n/);
  },
  2 * minutes,
);

test(
  "a project of the package is deployed, and runs jobs there",
  async () => {
    await local?.stop();
    ministack = await startMinistack({ enforced: false });
    const client = { endpoint: ministack.endpoint, region, credentials };
    const parameter = { Name: "/shop/backend-url", Value: backend.url, Type: "String" } as const;
    await new SSMClient(client).send(new PutParameterCommand(parameter));
    deployed = await deployProject(project, "my-jobs", ministack);
    expect(await me()).toMatchObject({ version: before.version });
    expect(await jobRun(0)).toMatchObject({ status: "completed" });
    waiting.deployed = (await scheduled(Date.now() + 5 * 24 * 60 * minutes)).job_id;
  },
  8 * minutes,
);

test(
  "after an upgrade the local system goes on with its jobs",
  async () => {
    await shell(`npm install --no-audit --no-fund ${now.sdk} ${now.jobs}`, project);
    await startProject();
    expect(JSON.parse(await asOnThePage(curlOf("$DUCTAPE_URL/v1/jobs/$JOB").replace("jobs/$JOB", "me")))).toMatchObject(
      { version: now.version },
    );
    await asOnThePage(command('"advance": "3d1m"'));
    expect(backend.calls).toContain("POST /orders/A-18/reminders");
    expect(JSON.parse(await asOnThePage(`npx ductape-jobs jobs get ${waiting.local} --json`))).toMatchObject({
      status: "completed",
    });
    await local?.stop();
  },
  4 * minutes,
);

test(
  "after an upgrade the deployment has its data, and its jobs in flight run",
  async () => {
    await writeTrips(project, "first");
    const upgraded = await deployProject(project, "my-jobs", ministack as Ministack);
    expect(upgraded).toMatchObject({
      JobsTableName: deployed.JobsTableName,
      JobsApiUrl: deployed.JobsApiUrl,
      JobsBucketName: deployed.JobsBucketName,
    });
    expect(await me()).toMatchObject({ version: now.version });
    const call = await caller();
    expect((await call("GET", `/v1/jobs/${waiting.deployed}`)).body).toMatchObject({ status: "scheduled" });
    await call("POST", `/v1/jobs/${waiting.deployed}/run-now`, {});
    expect((await call("GET", `/v1/jobs/${waiting.deployed}?wait=20`)).body).toMatchObject({ status: "completed" });
    expect(await jobRun(0)).toMatchObject({ status: "completed" });
  },
  8 * minutes,
);

test(
  "after an upgrade the deployment runs functions of the project, and tells of a process that ends by itself",
  async () => {
    const ran = async (event: string, payload: unknown) =>
      (await (await caller())("GET", `/v1/jobs/${await started(event, { payload })}?wait=20`)).body;
    expect(await ran("price", { nights: 3 })).toMatchObject({ status: "completed", result: { total: 30 } });
    // It is not waited for: Lambda puts what became of the call on the queue of answers. The emulator does so for failures only.
    expect(await ran("break_down", {})).toMatchObject({
      status: "failed",
      error: { code: "PROVIDER_ERROR", message: expect.stringContaining("process.exit") },
    });
  },
  2 * minutes,
);

test(
  "runs that wait go on as they began, after a deployment that changes their feature and after the way back",
  async () => {
    const kinds = { book: "main.money", visit: "wait:paid" } as const;
    type Kind = keyof typeof kinds;
    const trip = async (kind: Kind, name: string) => {
      const guest = `${name}-${kind}`;
      return { kind, guest, id: await started(kind, { guest }) };
    };
    type Trip = Awaited<ReturnType<typeof trip>>;
    const seen = (id: string, wanted: (job: Awaited<ReturnType<typeof shown>>) => unknown) =>
      until(async () => {
        const job = await shown(id);
        return wanted(job) ? job : undefined;
      }, 2 * minutes);
    const shown = async (id: string) => (await (await caller())("GET", `/v1/jobs/${id}`)).body;
    const waits = ({ id, kind }: Trip) => seen(id, ({ steps }) => steps?.[kinds[kind]]?.status === "waiting");
    const pay = async ({ guest }: Trip) =>
      (await caller())("POST", "/v1/signals", { product_tag: "trips", env: "prd", signal: "paid", key: guest });
    const ended = ({ id }: Trip) => seen(id, ({ finished_at }) => finished_at !== undefined);
    const callsOf = ({ guest }: Trip) =>
      backend.calls.flatMap((call) => (call.endsWith(`/${guest}`) ? [call.split("/")[1]] : []));
    const trips = (name: string) => Promise.all([trip("book", name), trip("visit", name)]);

    const [ada, bob, cleo] = await Promise.all([trips("ada"), trips("bob"), trips("cleo")]);
    for (const one of [...ada, ...bob, ...cleo]) await waits(one);
    const { bundle: codeOfFirst } = await shown(ada[1].id);

    await writeTrips(project, "second");
    await deployProject(project, "my-jobs", ministack as Ministack);
    const dora = await trips("dora");
    for (const one of dora) await waits(one);
    expect(await shown(ada[0].id)).toMatchObject({ status: "running", definition: { current: false, behind: 1 } });
    expect((await shown(dora[1].id)).bundle).not.toBe(codeOfFirst);
    for (const one of ada) {
      await pay(one);
      expect(await ended(one)).toMatchObject({ status: "completed" });
      expect(callsOf(one)).toEqual(["reserved", "confirmed"]);
    }
    // The code is that with which the run began, and the function that it calls that of now.
    expect(await shown(ada[1].id)).toMatchObject({
      bundle: codeOfFirst,
      result: { by: "first", badge: "first: ada-visit", total: 40 },
    });
    for (const one of bob) {
      expect((await (await caller())("POST", `/v1/jobs/${one.id}/cancel`, {})).status).toBeLessThan(300);
      expect(await ended(one)).toMatchObject({ status: "cancelled", rolled_back: { steps: 1, failed: 0 } });
      expect(callsOf(one)).toEqual(["reserved", "released"]);
    }

    await writeTrips(project, "first");
    await deployProject(project, "my-jobs", ministack as Ministack);
    for (const one of [...cleo, ...dora]) await pay(one);
    for (const one of [...cleo, ...dora]) expect(await ended(one)).toMatchObject({ status: "completed" });
    for (const one of cleo) expect(callsOf(one)).toEqual(["reserved", "confirmed"]);
    for (const one of dora) expect(callsOf(one)).toEqual(["insured", "reserved", "confirmed"]);
    expect(await shown(dora[1].id)).toMatchObject({ result: { by: "second", total: 20 } });
  },
  12 * minutes,
);

const curlOf = (text: string) => {
  const block = command(text);
  return block.slice(block.indexOf("curl"));
};

async function caller() {
  const emulator = ministack as Ministack;
  const secrets = new SecretsManagerClient({ endpoint: emulator.endpoint, region, credentials });
  const { SecretString = "" } = await secrets.send(
    new GetSecretValueCommand({ SecretId: deployed.JobsApiKeySecret ?? "" }),
  );
  const call = apiClient({ ApiUrl: deployed.JobsApiUrl } as Outputs, emulator);
  return (method: string, path: string, body?: unknown) =>
    call(method, path, { key: SecretString, ...(body !== undefined && { body }) });
}

const me = async () => (await (await caller())("GET", "/v1/me")).body;

async function started(event: string, input: object): Promise<string> {
  const request = { product_tag: "trips", env: "prd", event, input, start_at: 0 };
  return (await (await caller())("POST", "/v1/jobs", request)).body.job_id;
}

async function scheduled(start_at: number): Promise<{ job_id: string }> {
  const request = {
    product_tag: "shop",
    env: "prd",
    event: "remind_customer",
    input: { params: { order: "B-1" }, body: {} },
    start_at,
  };
  const { body } = await (await caller())("POST", "/v1/jobs", request);
  return body;
}

async function jobRun(startAt: number) {
  const { job_id } = await scheduled(startAt);
  return (await (await caller())("GET", `/v1/jobs/${job_id}?wait=20`)).body;
}

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { startLocal } from "../../../local/runtime/start.ts";
import { openApi } from "../../../packages/ductape-jobs/src/cli/api.ts";
import { makeServer } from "../../../packages/ductape-jobs/src/mcp/server.ts";
import { runCli } from "../../support/cli/run-cli.ts";

let folder: string;
let local: Awaited<ReturnType<typeof startLocal>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ductape-mcp-"));
  local = await startLocal({ port: 0, dataDir: join(folder, "data") });
}, 120_000);

afterAll(async () => {
  await local?.stop();
  await rm(folder, { recursive: true, force: true });
});

const sink = { write: () => {} };

/** The SDK's own client of a server in this process, for the local runtime's key or another one. */
async function client(apiKey?: string): Promise<Client> {
  const env = apiKey ? { DUCTAPE_URL: local.url, DUCTAPE_API_KEY: apiKey } : { DUCTAPE_DATA: "data" };
  const api = await openApi({ out: sink, err: sink, env, cwd: folder, isTTY: false }, undefined);
  const server = await makeServer(api);
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  await server.connect(theirs);
  const made = new Client({ name: "test", version: "1" });
  await made.connect(ours);
  return made;
}

async function call(mcp: Client, name: string, args: Record<string, unknown> = {}) {
  const { content, isError } = await mcp.callTool({ name, arguments: args });
  const [first, notes] = content as { text: string }[];
  const text = first?.text ?? "";
  expect(text).not.toContain(local.apiKey);
  return { isError, text, notes: notes?.text, json: isError ? undefined : JSON.parse(text) };
}

/** Calls a tool that writes as an agent does whose user agrees: with the token of its dry run. */
async function confirm(mcp: Client, name: string, args: Record<string, unknown>) {
  const { json } = await call(mcp, name, args);
  return call(mcp, name, { ...args, confirm: json.confirm });
}

const input = {
  slug: "welcome",
  email: { to: "ada@example.com", subject: { name: "Ada" }, template: { name: "Ada" } },
};
const body = { product_tag: "my-product", env: "dev", event: "send_notification", input };

test("a tool explains a job, schedules it once confirmed, and reads it", async () => {
  const mcp = await client();
  expect(mcp.getInstructions()).toContain(
    "This key has jobs:read, jobs:write, jobs:input, jobs:admin, audit:read in every product",
  );
  const { json: dry } = await call(mcp, "scheduleJob", { body });
  expect(dry.dry_run).toMatch(/^Nothing was changed\. .* sends POST \/v1\/jobs: schedule a job\.$/);
  expect(dry.explanation).toMatchObject({ valid: true, job: { event: "send_notification" } });
  expect((await call(mcp, "listJobs")).json.jobs).toEqual([]);

  const args = { body, wait: 20 };
  const { confirm: token } = (await call(mcp, "scheduleJob", args)).json;
  const { json: job, notes } = await call(mcp, "scheduleJob", { ...args, confirm: token });
  expect(job).toMatchObject({ status: "completed" });
  expect(notes).toMatch(/^The API's clock: 20.*Z \(\d{13}\)\.$/);
  expect((await call(mcp, "getJob", { job_id: job.job_id })).json).toMatchObject({ job_id: job.job_id });
  // An agent that has lost the answer makes no second job.
  expect((await call(mcp, "scheduleJob", { ...args, confirm: token })).json.job_id).toBe(job.job_id);
});

test("a change by a tool is a dry run until it is confirmed", async () => {
  const mcp = await client();
  const waiting = await confirm(mcp, "scheduleJob", { body: { ...body, start_at: Date.now() + 3_600_000 } });
  const args = { job_id: waiting.json.job_id, body: { reason: "not needed" } };
  const { json: dry } = await call(mcp, "cancelJob", args);
  expect(dry).toMatchObject({
    body: { reason: "not needed" },
    current_state: { status: "scheduled" },
    would_be: { status: "cancelled", reason: "not needed" },
  });
  expect(await call(mcp, "cancelJob", { ...args, confirm: true })).toMatchObject({ isError: true });
  expect((await call(mcp, "cancelJob", { ...args, confirm: dry.confirm })).json).toMatchObject({ status: "cancelled" });
  // What would be refused is refused by the dry run.
  expect(await call(mcp, "retryJob", { job_id: args.job_id })).toMatchObject({
    isError: true,
    text: expect.stringMatching(/^STATE_CONFLICT/),
  });
});

test("the dry run of a bulk change, pause or limit shows what it concerns", async () => {
  const mcp = await client();
  const filter = { product_tag: "my-product", env: "dev", status: ["completed", "cancelled"] };
  const bulk = await call(mcp, "changeJobs", { body: { action: "delete", filter } });
  expect(bulk.json.would_change.length).toBeGreaterThan(0);
  expect(bulk.json.succeeded).toBe(bulk.json.would_change.length);
  const scope = { product_tag: "my-product", env: "dev", reason: "a test" };
  expect((await call(mcp, "pauseScope", { body: scope })).json.current_state).toEqual({ pauses: [] });
  const { json: pause } = await confirm(mcp, "pauseScope", { body: scope });
  expect((await call(mcp, "endPause", { id: pause.id })).json.current_state).toMatchObject({ id: pause.id });
  expect((await confirm(mcp, "endPause", { id: pause.id })).json).toMatchObject({ state: "draining" });
  const { limits } = (await call(mcp, "listLimits")).json;
  const { product_tag: product, env, name } = limits[0];
  expect((await call(mcp, "unpinLimit", { product, env, name })).json.current_state.limits).toMatchObject([{ name }]);
});

test("a failed tool returns the API's words and no stack", async () => {
  const mcp = await client();
  const refused = await call(mcp, "scheduleJob", { body: { ...body, event: "send_notificatio" } });
  expect(refused).toMatchObject({
    isError: true,
    text: expect.stringMatching(/^EVENT_NOT_FOUND: [\s\S]*send_notification/),
  });
  expect(await call(mcp, "getJob")).toMatchObject({
    isError: true,
    text: "The arguments are not valid.\n  /job_id: is required",
  });
  expect(await call(mcp, "getJob", { job_id: "..", other: 1 })).toMatchObject({ isError: true });
  expect(await call(mcp, "getJob", { job_id: ".." })).toMatchObject({
    isError: true,
    text: expect.stringMatching(/dots/),
  });
  expect(await call(mcp, "explode")).toMatchObject({ isError: true, text: expect.stringMatching(/no tool "explode"/) });
  expect(refused.text).not.toMatch(/\n {4}at /);
});

test("the server offers only the tools that the key may use", async () => {
  const io = { cwd: folder, env: { DUCTAPE_DATA: "data" } };
  const options = ["--local", "--name", "reader", "--products", "*", "--envs", "*", "--verbs", "jobs:read"];
  const catalog = ["--catalog", resolve("products/index.ts")];
  const { out, code } = await runCli(["keys", "create", ...options, ...catalog], io);
  expect(code).toBe(0);
  const mcp = await client(out.trim());
  const names = (await mcp.listTools()).tools.map(({ name }) => name);
  expect(names).toContain("listJobs");
  expect(names).not.toContain("scheduleJob");
  expect(await call(mcp, "scheduleJob", { body, confirm: true })).toMatchObject({ isError: true });
});

test("the command serves the tools over standard input and output", async () => {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: ["local/launch.mjs", "packages/ductape-jobs/src/cli/bin.ts", "mcp"],
    env: { PATH: process.env.PATH ?? "", DUCTAPE_DATA: join(folder, "data") },
    stderr: "pipe",
  });
  const mcp = new Client({ name: "test", version: "1" });
  await mcp.connect(transport);
  expect((await call(mcp, "listProducts")).json.products).toMatchObject([{ tag: "my-product" }]);
  await mcp.close();
}, 60_000);

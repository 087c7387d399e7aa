import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Running } from "../../../local/data/data-folder.ts";
import { aJob, aWaitingJob, jobId } from "../../support/cli/a-job.ts";
import { until } from "../../support/local/until.ts";

let server: Server;
let url: string;

/** An API of many jobs, and of one that never ends. */
beforeAll(async () => {
  server = createServer((request, response) => {
    response.setHeader("content-type", "application/json");
    const jobs = Array.from({ length: 100 }, (_, i) => aJob({ job_id: `job_${i}` }));
    const isList = request.url?.startsWith("/v1/jobs?");
    response.end(JSON.stringify(isList ? { jobs, next_cursor: "more" } : aWaitingJob({ status: "running" })));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function start(args: string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  const whole = { ...process.env, NODE_OPTIONS: "", DUCTAPE_URL: url, DUCTAPE_API_KEY: "dj_key", ...env };
  return spawn(process.execPath, ["local/launch.mjs", "packages/ductape-jobs/src/cli/bin.ts", ...args], { env: whole });
}

/** What a process printed, and what it exited with. */
async function ended(child: ChildProcess): Promise<{ code: number | null; out: string; err: string }> {
  let out = "";
  let err = "";
  child.stdout?.on("data", (chunk) => {
    out += chunk;
  });
  child.stderr?.on("data", (chunk) => {
    err += chunk;
  });
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, out, err };
}

test("a command ends quietly when its reader goes away", async () => {
  const child = start(["jobs", "list", "--all"]);
  child.stdout?.once("data", () => child.stdout?.destroy());
  expect(await ended(child)).toMatchObject({ code: 0, err: "" });
}, 60_000);

test("an interrupted tail says that the job goes on, and exits with 130", async () => {
  const child = start(["jobs", "tail", jobId]);
  child.stdout?.once("data", () => child.kill("SIGINT"));
  const { code, err } = await ended(child);
  expect({ code, err }).toEqual({ code: 130, err: `\nThe job goes on. To see it: ductape-jobs jobs get ${jobId}\n` });
}, 60_000);

test("an interruption ends any other command", async () => {
  const child = start(["jobs", "list", "--all"]);
  child.stdout?.once("data", () => child.kill("SIGINT"));
  expect(await ended(child)).toMatchObject({ code: 130 });
}, 60_000);

test("the local system goes on after its command has begun it, until it is interrupted", async () => {
  const folder = await mkdtemp(join(tmpdir(), "dev-"));
  try {
    const child = start(["dev", "--port", "0", "--empty"], { DUCTAPE_DATA: folder });
    const end = ended(child);
    const running = await until(async () => {
      if (child.exitCode !== null) throw new Error(`It has ended with ${child.exitCode}.`);
      const written = await readFile(join(folder, "local.json"), "utf8").catch(() => "");
      return written !== "" && (JSON.parse(written) as Running);
    }, 60_000);
    for (let asked = 0; asked < 5; asked++) expect((await fetch(`${running.url}/v1/health`)).status).toBe(200);
    child.kill("SIGTERM");
    expect(await end).toMatchObject({ code: 0 });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 120_000);

test("the local system says what check finds in the code, also after a change", async () => {
  const folder = await mkdtemp(join(tmpdir(), "dev-"));
  const root = process.cwd();
  const feature = (body: string) => `import { defineFeature } from "${root}/lambdas/code/feature/define-feature.ts";
export const trip = defineFeature({
  async run(ctx) {
    ${body}
    return 1;
  },
});
`;
  const file = join(folder, "trip.ts");
  await writeFile(file, feature(`ctx.sleep("1s");`));
  const product = `{ tag: "shop", envs: ["dev"], features: { trip: code("./trip.ts") }, jobs: { trip: { type: "feature", feature: "trip" } } }`;
  await writeFile(
    join(folder, "catalog.ts"),
    `import { code } from "${root}/lambdas/core/catalog/code-target.ts";\nexport const products = [${product}];\n`,
  );
  const child = start(["dev", "--catalog", join(folder, "catalog.ts"), "--watch", "--port", "0", "--empty"], {
    DUCTAPE_DATA: join(folder, "data"),
  });
  let said = "";
  child.stderr?.on("data", (chunk) => {
    said += chunk;
  });
  const end = ended(child);
  const says = (text: string) =>
    until(async () => {
      if (child.exitCode !== null) throw new Error(`It has ended with ${child.exitCode}: ${said}`);
      return said.includes(text);
    }, 60_000);
  try {
    await says("trip.ts:4:5: warning: ctx.sleep is not awaited");
    await writeFile(file, feature(`await fetch("http://127.0.0.1:9/");`));
    await says("trip.ts:4:11: fetch outside of ctx.step parks the run (OUTSIDE_STEP)");
    child.kill("SIGTERM");
    expect(await end).toMatchObject({ code: 0 });
  } finally {
    child.kill("SIGKILL");
    await rm(folder, { recursive: true, force: true });
  }
}, 120_000);

test("a command reads input from standard input", async () => {
  const child = start(["explain", "e", "--product", "p", "--env", "e", "--input", "-"]);
  child.stdin?.end("{");
  expect(await ended(child)).toMatchObject({
    code: 2,
    err: "Standard input is not JSON: at position 1 (line 1 column 2).\n",
  });
}, 60_000);

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "@jest/globals";
import { type Local, startLocal } from "../../../local/runtime/start.ts";
import { tempFolder } from "../../support/local/temp-folder.ts";

const folder = tempFolder();
let local: Local | undefined;
afterEach(() => local?.stop());

/** An address for documentation, which no machine has. https://www.rfc-editor.org/rfc/rfc5737 */
const elsewhere = "198.51.100.1";

const product = {
  tag: "shop",
  envs: ["dev", "prd"],
  jobs: { order: { type: "action", app: "backend", action: "send", retries: 3, timeout_ms: 1000 } },
  apps: {
    backend: {
      envs: { dev: { base_url: { $parameter: "/shop/url" } }, prd: { base_url: `http://${elsewhere}:4000` } },
      actions: { send: { method: "POST", path: "/orders" } },
    },
  },
};

interface Ended {
  status: string;
  attempts: { attempt: number; error?: { code: string } }[];
}

/** A project with that product, whose env `dev` is on this machine. */
function projectIn(name: string): string {
  const project = join(folder, name);
  mkdirSync(join(project, "products"), { recursive: true });
  writeFileSync(join(project, "products/index.ts"), `export const products = [${JSON.stringify(product)}];`);
  writeFileSync(join(project, ".env.local"), "/shop/url=local:http/backend\n");
  return project;
}

async function run(name: string, allowReal: boolean) {
  const project = projectIn(name);
  const said: string[] = [];
  const files = { catalog: join(project, "products/index.ts"), envFile: join(project, ".env.local") };
  local = await startLocal({
    ...files,
    allowReal,
    dataDir: join(project, "data"),
    port: 0,
    say: (line) => said.push(line),
  });
  const { url, apiKey } = local;
  const headers = { authorization: `Bearer ${apiKey}`, "content-type": "application/json", prefer: "wait=20" };
  const inEnv = async (env: string, retries?: number) => {
    const body = JSON.stringify({ product_tag: "shop", env, event: "order", input: { body: {} }, retries });
    return (await fetch(`${url}/v1/jobs`, { method: "POST", headers, body })).json() as Promise<Ended>;
  };
  return { said, inEnv };
}

test("a job that would call another machine fails for good and says what to do", async () => {
  const { said, inEnv } = await run("kept", false);
  expect(said).toContainEqual(
    expect.stringMatching(/not this machine\. Calls to them are refused.*:\n {2}198\.51\.100\.1 \(shop\/prd\)$/s),
  );
  expect(await inEnv("dev")).toMatchObject({ status: "completed" });
  expect(await inEnv("prd")).toMatchObject({
    status: "failed",
    attempts: [{ attempt: 1 }],
    error: {
      code: "CONFIGURATION_ERROR",
      message: expect.stringMatching(/^198\.51\.100\.1 is not this machine.*--allow-real\.$/),
    },
  });
  expect(said).toContainEqual(expect.stringMatching(/^A job would have called 198\.51\.100\.1, .*--allow-real/));
}, 90_000);

test("--allow-real lets jobs call other machines, and the start names them", async () => {
  const { said, inEnv } = await run("let", true);
  expect(said).toContainEqual(
    expect.stringMatching(/for real, as --allow-real says:\n {2}198\.51\.100\.1 \(shop\/prd\)$/),
  );
  const job = await inEnv("prd", 0);
  // What comes of it depends on the network.
  expect(job.attempts).toHaveLength(1);
  expect(job.attempts[0]?.error?.code).not.toBe("CONFIGURATION_ERROR");
  expect(said.join("\n")).not.toContain("would have called");
}, 90_000);

import { execFile } from "node:child_process";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "@jest/globals";

const shop = {
  tag: "shop",
  envs: ["dev"],
  jobs: { remind: { type: "action", app: "backend", action: "remind", retries: 0 } },
  apps: {
    backend: {
      envs: {
        dev: {
          base_url: { $parameter: "/shop/backend-url" },
          auth: { type: "bearer", token: { $secret: "shop/backend", key: "token" } },
        },
      },
      actions: { remind: { method: "POST", path: "/reminders" } },
    },
  },
};

/** Runs what a test of a team would, in a process whose clock may be moved. */
async function ran(program: string): Promise<string> {
  const testing = pathToFileURL("packages/ductape-jobs/src/testing.ts").href;
  const whole = `import { testJobs } from ${JSON.stringify(testing)};\n${program}`;
  return (await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", whole])).stdout;
}

test("values of the test may have several lines", async () => {
  const catalog = join(await mkdtemp(join(tmpdir(), "ductape test jobs ")), "index.ts");
  await writeFile(catalog, `export const products = ${JSON.stringify([shop])};`);
  const values = {
    "/shop/backend-url": "local:http/backend",
    "shop/backend": JSON.stringify({ token: "not-a-real-token" }, undefined, 2),
  };
  const paths = await ran(`
    const jobs = await testJobs(${JSON.stringify({ catalog, values })});
    const request = { product_tag: "shop", env: "dev", event: "remind", input: {} };
    await jobs.ductape.processor.job.schedule(request).finally(async () => {
      console.log(JSON.stringify((await jobs.sent("http")).map(({ path }) => path)));
      await jobs.stop();
    });
  `);
  expect(JSON.parse(paths)).toEqual(["/backend/reminders"]);
}, 120_000);

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll } from "@jest/globals";
import { keysCli } from "../../support/keys-cli.ts";
import { checkout } from "../../support/local/checkout.ts";
import { ask, type Run, runLocal } from "../../support/local/run-local.ts";
import { tempFolder } from "../../support/local/temp-folder.ts";
import { until } from "../../support/local/until.ts";
import { openShop } from "./shop.ts";

export interface Answer {
  job_id: string;
  status: string;
  due_at: number;
  [field: string]: unknown;
}

interface SystemOptions {
  products?: string;
  modules?: Record<string, string>;
  values?: readonly string[];
}

/**
 * One `npm start` for all tests of a file, with the tests' product, whose orders go to a shop that the test commands. It can be
 * stopped and started again on the same port and data. `products` replaces the tests' catalog, `modules` lie beside it, by name, and
 * `values` are further lines of `.env.local`.
 */
export function system({ products, modules = {}, values = [] }: SystemOptions = {}) {
  const folder = tempFolder();
  const data = join(folder, "data");
  const cwd = join(folder, "code");
  let shop: Awaited<ReturnType<typeof openShop>>;
  let local: Run;
  let port = "0";

  const start = async () => {
    local = runLocal({ data, cwd, env: { PORT: port } });
    await local.ready();
    port = new URL(local.running().url).port;
  };
  beforeAll(async () => {
    shop = await openShop();
    checkout(cwd);
    if (products !== undefined) writeFileSync(join(cwd, "products/index.ts"), products);
    for (const [name, text] of Object.entries(modules)) writeFileSync(join(cwd, "products", name), text);
    writeFileSync(join(cwd, ".env.local"), [`/my-product/shop-url=${shop.url}`, ...values, ""].join("\n"));
    await start();
  }, 120_000);
  afterAll(async () => {
    await local?.terminate();
    shop?.close();
  });

  const api = async (path: string, body?: unknown) => (await ask(local.running(), path, body)) as unknown as Answer;
  return {
    url: () => local.running().url,
    shopAnswers: (status: number) => shop.answerWith(status),
    holdShop: () => shop.hold(),
    api,
    /** Schedules a job; an order for now unless `more` says otherwise. */
    schedule: (more: object = {}) =>
      api("/v1/jobs", {
        product_tag: "my-product",
        env: "dev",
        event: "create_order",
        input: {},
        start_at: 0,
        ...more,
      }),
    ended: (id: string, status: string) =>
      until(async () => {
        const job = await api(`/v1/jobs/${id}`);
        return job.status === status && job;
      }, 30_000),
    /** A key with these verbs on everything. */
    key: async (verbs: string) => {
      const args = ["create", "--name", "browser", "--products", "*", "--envs", "*", "--verbs", verbs, "--local"];
      const { code, stdout, stderr } = await keysCli(args, { ...process.env, DUCTAPE_DATA: data }, cwd);
      if (code !== 0) throw new Error(stderr);
      return stdout.trim();
    },
    /** Replaces the catalog of the next start. */
    deploy: (catalog: string) => writeFileSync(join(cwd, "products/index.ts"), catalog),
    stop: () => local.terminate(),
    start,
  };
}

export type System = ReturnType<typeof system>;

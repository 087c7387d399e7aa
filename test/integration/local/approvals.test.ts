import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { blocksOf, catalogPage } from "../../support/catalog-pages.ts";
import { runCli } from "../../support/cli/run-cli.ts";
import { checkout } from "../../support/local/checkout.ts";
import { ask } from "../../support/local/run-local.ts";
import { localRuns } from "../../support/local/runs.ts";
import { until } from "../../support/local/until.ts";

const { newFolder, run } = localRuns();

/** The product of the page on approvals, as its reader would save it. */
const productOf = (code: string) => `
  import { defineProduct } from "../lambdas/consumers/types/define-product.ts";
  import { secret } from "../lambdas/core/catalog/references.ts";
  export const products = [defineProduct({ tag: "shop", envs: ["dev", "prd"], ${code} })];
`;

interface Shown {
  status: string;
  steps: Record<string, Record<string, unknown>>;
  result: unknown;
}

/** Every byte that a system has stored or logged. */
function filesBelow(folder: string): Buffer[] {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((file) => statSync(file).isFile())
    .map((file) => readFileSync(file));
}

test("the example of the page on approvals is clicked through from its mail, over a restart", async () => {
  const page = await catalogPage("approvals");
  const [code = ""] = blocksOf(page, "ts");
  const [request = ""] = blocksOf(page, "json");
  const cwd = checkout(newFolder());
  writeFileSync(join(cwd, "products/index.ts"), productOf(code));
  writeFileSync(join(cwd, ".env.local"), "shop/smtp#url=local:smtp\n");
  const data = join(cwd, "data");
  const first = run({ data, cwd, args: ["--verbose"] });
  await first.ready();
  const port = new URL(first.running().url).port;
  let local = first;
  const start = async () => (await ask(local.running(), "/v1/jobs", JSON.parse(request))).job_id as string;
  const job = async (id: string) => (await ask(local.running(), `/v1/jobs/${id}`)) as unknown as Shown;
  const linkOf = async (count: number): Promise<string> => {
    const links = await until(async () => {
      const { items } = (await (await fetch(`${local.running().url}/outbox`)).json()) as {
        items: { kind: string; html?: string }[];
      };
      const found = items.flatMap(({ kind, html }) =>
        kind === "email" ? (/href="([^"]+)"/.exec(html ?? "")?.[1] ?? []) : [],
      );
      return found.length >= count && found;
    });
    return links[0] as string;
  };

  const id = await start();
  const link = await linkOf(1);
  expect(link).toMatch(new RegExp(`^${local.running().url}/approve/[\\w-]{60}$`));
  const token = link.split("/").at(-1) as string;
  for (let i = 0; i < 3; i++) expect((await fetch(link)).status).toBe(200);
  expect((await job(id)).steps["main.decision"]).toMatchObject({ status: "waiting" });
  await first.terminate();

  local = run({ data, cwd, args: ["--verbose"], env: { PORT: port } });
  await local.ready();
  const decide = (at: string, choice: string) =>
    fetch(at, { method: "POST", body: new URLSearchParams({ choice, note: "as agreed" }) });
  expect((await decide(`${link.slice(0, -1)}!`, "approve")).status).toBe(404);
  const both = await Promise.all([decide(link, "reject"), decide(link, "reject")]);
  expect(both.map(({ status }) => status)).toEqual(expect.arrayContaining([200]));
  const done = await until(async () => {
    const shown = await job(id);
    return shown.status === "completed" && shown;
  });
  expect(done.result).toMatchObject({
    decision: { choice: "reject", by: "refunds@example.com", note: "as agreed", at: expect.any(Number) },
  });
  expect(done.steps["main.refund"]).toMatchObject({ status: "skipped" });
  expect((await decide(link, "approve")).status).toBe(409);
  expect(await (await fetch(link)).text()).toContain("It was decided already");

  // Another one is decided by key.
  const second = await start();
  const cli = (...args: string[]) => runCli(args, { cwd, env: { DUCTAPE_DATA: "data" } });
  const listed = await until(async () => {
    const { out } = await cli("approvals", "--json");
    const { approvals } = JSON.parse(out) as { approvals: { id: string; job_id: string }[] };
    return approvals.find(({ job_id }) => job_id === second);
  });
  expect((await cli("approvals")).out).toContain("Refund 42.5 EUR for order A-1042?");
  expect(await cli("approve", listed.id, "aprove")).toMatchObject({
    code: 3,
    err: expect.stringContaining("approve, reject"),
  });
  expect(await cli("approve", listed.id, "--note", "ok")).toMatchObject({
    code: 0,
    out: expect.stringContaining("approve"),
  });
  expect((await cli("approve", listed.id, "reject")).code).toBe(3);
  await until(async () => (await job(second)).steps["main.decision"]?.status === "completed");
  await until(async () => (await cli("approvals")).err.includes("Nothing waits"));

  // What the first run stored and logged has no token: neither its table nor its log, and no answer.
  await local.terminate();
  const shown = JSON.stringify(done);
  for (const content of [...filesBelow(data), Buffer.from(local.output() + first.output() + shown)])
    expect(content.includes(token)).toBe(false);
});

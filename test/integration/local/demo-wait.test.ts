import { readFile } from "node:fs/promises";
import { expect, test } from "@jest/globals";
import { runCli } from "../../support/cli/run-cli.ts";
import { ask, repository, runLocal } from "../../support/local/run-local.ts";
import { localRuns } from "../../support/local/runs.ts";
import { until } from "../../support/local/until.ts";

const { newFolder } = localRuns();

/** The words of a command of the page, as a shell reads them. */
const wordsOf = (line: string): string[] =>
  [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");

test("the commands that the first page has for the demo's wait pay an order that waits", async () => {
  const page = await readFile("docs/getting-started.md", "utf8");
  const commands = [...page.matchAll(/^ *npx ductape-jobs ((?:schedule pay_order .*|signal paid .* A-1042\b.*))$/gm)];
  const [schedule = [], pay = []] = commands.map(([, line = ""]) => wordsOf(line));
  // The demo itself, and not the product of the tests.
  const local = runLocal({ data: newFolder(), cwd: repository });
  const { url, api_key } = await local.ready();
  const cli = (...args: string[]) =>
    runCli(args, { cwd: repository, env: { DUCTAPE_URL: url, DUCTAPE_API_KEY: api_key } });
  const scheduled = await cli(...schedule);
  expect(scheduled).toMatchObject({ code: 0 });
  const [id = ""] = /job_[0-9a-f]{32}/.exec(scheduled.out) ?? [];
  await until(async () => (await cli("jobs", "list", "--waiting")).out.includes(id));
  expect((await cli("jobs", "get", id)).out).toMatch(
    /waits for +paid with key A-1042 or refused with key A-1042, until /,
  );
  expect((await cli("jobs", "why", id)).out).toMatch(
    /main\.money waits for the signal paid with the key A-1042 or refused with the key A-1042 until \S+, and then goes on without one\./,
  );
  expect(await cli(...pay)).toMatchObject({ code: 0, out: expect.stringContaining(id) });
  const job = () => ask(local.running(), `/v1/jobs/${id}`);
  await until(async () => (await job()).status === "completed");
  expect(await job()).toMatchObject({ result: { paid: 42.5 } });
  expect((await cli("jobs", "list", "--waiting")).err).toContain("No job matches.");
  const definitions = await cli("definitions", "list", "--product", "my-product");
  expect(definitions.out).toMatch(/^def_\w+ +pay_order .* current$/m);
  expect(definitions.out).toMatch(/^def_\w+ +place_order +none yet +current$/m);
});

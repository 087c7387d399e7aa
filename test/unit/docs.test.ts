import { readdir, readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { routes } from "../../lambdas/api/routes.ts";
import { problemStatuses } from "../../lambdas/aws/http/problem.ts";
import { errorTypeOf } from "../../lambdas/aws/lambda/function-error.ts";
import { JobRejectedDetail } from "../../lambdas/core/job/job-rejected.ts";
import { operationReasons } from "../../lambdas/core/job/operation.ts";
import { webhookDelaysMs, webhookJitter } from "../../lambdas/core/outbound/webhook-retry.ts";
import { ParkedSchema } from "../../lambdas/core/queries/schemas/progress.ts";
import { JobRequest } from "../../lambdas/core/requests/job-request.ts";
import { parseRequest } from "../../lambdas/core/requests/request.ts";
import { localNames } from "../../local/demo/local-values.ts";
import { resolveConfig } from "../../sdk/src/config.ts";
import * as sdkErrors from "../../sdk/src/errors.ts";
import { errorOf } from "../../sdk/src/problem.ts";
import { catalog } from "../support/catalog/catalog.ts";
import { rowsOf, tablesOf } from "../support/tables.ts";

const { ConfigurationError, ConnectionError, TimeoutError } = sdkErrors;

describe("the pages on other AWS services", () => {
  const parsed = async (page: string): Promise<Record<string, unknown>[]> => {
    const blocks = (await readFile(page, "utf8")).matchAll(/^ *```json\n([\s\S]*?)^ *```/gm);
    return [...blocks].map(([, text = ""]) => JSON.parse(text));
  };

  it("show a request and a rejection that match the code", async () => {
    const all = await parsed("docs/aws-triggers.md");
    const request = all.find(({ product_tag, code }) => product_tag !== undefined && code === undefined);
    expect(parseRequest(request, catalog, 0)).toMatchObject({ due_at: 0 });
    const rejection = all.find(({ message_id }) => message_id !== undefined);
    expect(JobRejectedDetail.strict().parse(rejection)).toEqual(rejection);
  });

  it("show states whose requests are valid once their paths are filled in", async () => {
    const states = (await parsed("docs/step-functions.md")).filter(({ Type }) => Type === "Task");
    expect(states).toHaveLength(2);
    for (const { Parameters } of states as { Parameters: Record<string, Record<string, unknown>> }[]) {
      const template = Parameters.Payload ?? Parameters.MessageBody ?? {};
      const filled = Object.entries(template).map(([name, value]) =>
        name === "input.$" ? ["input", {}] : [name.replace(/\.\$$/, ""), value],
      );
      expect(parseRequest(Object.fromEntries(filled), catalog, 0)).toMatchObject({ product: { tag: "my-product" } });
    }
  });

  it("name the errors that the function throws", async () => {
    const page = await readFile("docs/aws-triggers.md", "utf8");
    const named = [...page.matchAll(/^\| (`\w+`(?:, `\w+`)*) +\| (yes|no) /gm)].flatMap(([, names = ""]) =>
      names.split(", ").map((name) => name.replaceAll("`", "")),
    );
    const codes = ["INVALID_REQUEST", "PRODUCT_NOT_FOUND", "ENV_NOT_FOUND", "EVENT_NOT_FOUND", "IDEMPOTENCY_MISMATCH"];
    expect(named).toEqual([...codes, "UNAVAILABLE", "INTERNAL"].map(errorTypeOf));
  });
});

it("the changelog says what is unreleased on one screen", async () => {
  const [, unreleased = ""] = (await readFile("CHANGELOG.md", "utf8")).split(/^## /m);
  const lines = unreleased.trim().split("\n");
  expect(lines[0]).toBe("Unreleased");
  expect(lines.length).toBeLessThanOrEqual(60);
  expect(lines.filter((line) => line.length > 220)).toEqual([]);
});

it("the page on the API has every code with its status", async () => {
  const rows = rowsOf(await readFile("docs/api.md", "utf8"), "status", "code");
  const told = rows.flatMap(([status, text = ""]) =>
    [...(text.split(":")[0] ?? "").matchAll(/`([A-Z_]+)`/g)].map(([, code]) => [code, Number(status)]),
  );
  expect(Object.fromEntries(told)).toEqual({ ...problemStatuses, INTERNAL: 500 });
});

it("the page on the API has every field of a request for a job", async () => {
  const [, part = ""] = (await readFile("docs/api.md", "utf8")).split(/^## POST \/v1\/jobs$/m);
  const [first = []] = tablesOf(part, "field", "meaning");
  const told = first.flatMap(([fields = ""]) => [...fields.matchAll(/`(\w+)`/g)].map(([, field]) => field));
  expect(told.sort()).toEqual(Object.keys(JobRequest.shape).sort());
});

it("the page on operations has every reason for which one ends or waits", async () => {
  const page = await readFile("docs/operations/bulk.md", "utf8");
  expect(operationReasons.filter((reason) => !page.includes(`\`${reason}\``))).toEqual([]);
});

it("the page on features as code has every code with which a run is parked", async () => {
  const page = await readFile("docs/catalog/features-as-code.md", "utf8");
  const codes = ParkedSchema.shape.code.options;
  expect(codes.filter((code) => !page.includes(`\`${code}\``))).toEqual([]);
});

describe("the SDK's page", () => {
  const page = () => readFile("sdk/README.md", "utf8");
  const codesOf = async (error: string) => {
    const row = rowsOf(await page(), "error", "`code`", "when", "besides").find(([name]) => name === `\`${error}\``);
    return [...(row?.[1] ?? "").matchAll(/`([A-Z_]+)`/g)].map(([, code]) => code);
  };

  it("names every class of errors", async () => {
    const classes = Object.keys(sdkErrors);
    const told = rowsOf(await page(), "error", "`code`", "when", "besides").map(([name = ""]) => name.slice(1, -1));
    expect(told.sort()).toEqual(classes.sort());
  });

  it.each(Object.entries({ ...problemStatuses, INTERNAL: 500 }))(
    "has %s among the codes of its error",
    async (code, status) => {
      const answer = { status, headers: new Headers(), text: JSON.stringify({ code }) };
      expect(await codesOf(errorOf(answer, 0, "").name)).toContain(code);
      // Where something before the API answers, the code is one that the API has as well.
      const { name, code: ours } = errorOf({ ...answer, text: "" }, 0, "");
      expect(await codesOf(name)).toContain(ours);
    },
  );

  it("has the codes of the client's own errors", async () => {
    const own = [new ConfigurationError(""), new ConnectionError(""), new TimeoutError(1, "", undefined)];
    for (const { name, code } of own) expect(await codesOf(name)).toEqual([code]);
  });

  it("has the defaults of the options", async () => {
    const { maxRetries, requestTimeout } = resolveConfig({ url: "https://jobs.example.com", apiKey: "a-key" });
    const rows = rowsOf(await page(), "option", "what it is", "default");
    const told = Object.fromEntries(rows.map(([option = "", , value = ""]) => [option, value.replace("_", "")]));
    expect(told).toMatchObject({ "`maxRetries`": `\`${maxRetries}\``, "`requestTimeout`": `\`${requestTimeout}\`` });
  });
});

const pages = [
  "README.md",
  "CONTRIBUTING.md",
  "sdk/README.md",
  "packages/python/README.md",
  "examples/README.md",
  "lambdas/README.md",
];
const allPages = async () => {
  const inDocs = await readdir("docs", { recursive: true });
  return [...pages, ...inDocs.filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`)];
};

it("JSON in the pages parses", async () => {
  const texts = await Promise.all((await allPages()).map((page) => readFile(page, "utf8")));
  const blocks = texts.flatMap((text) =>
    [...text.matchAll(/^ *```json\n([\s\S]*?)^ *```/gm)].map(([, json = ""]) => json),
  );
  expect(blocks.length).toBeGreaterThan(40);
  // A block of a report has one value per line.
  const values = blocks.flatMap((json) => (json.startsWith('{"line"') ? json.trim().split("\n") : [json]));
  for (const value of values) expect(() => JSON.parse(value)).not.toThrow();
});

it("the index lists each page", async () => {
  const index = await readFile("docs/README.md", "utf8");
  const of = (page: string) => page.replace("docs/", "");
  const missing = (await allPages()).filter((page) => page.startsWith("docs/") && !index.includes(`](${of(page)})`));
  expect(missing).toEqual(["docs/README.md"]);
});

it("a request of a page has the address and the key that the first page has set", async () => {
  const pages = (await readdir("docs", { recursive: true })).filter((page) => page.endsWith(".md"));
  const texts = await Promise.all(pages.map((page) => readFile(join("docs", page), "utf8")));
  const requests = texts.flatMap((text) => text.match(/^curl .*$/gm) ?? []);
  const named = requests.flatMap((line) => line.match(/\$[A-Z_]*(?:API|URL|KEY)\b/g) ?? []);
  expect(new Set(named)).toEqual(new Set(["$DUCTAPE_URL", "$DUCTAPE_API_KEY"]));
});

describe("the links between the pages", () => {
  const withoutCode = (text: string) => text.replaceAll(/^```[\s\S]*?^```/gm, "");
  /** As GitHub makes them of headings. */
  const anchorsOf = (text: string) =>
    [...withoutCode(text).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\w\- ]/g, "")
        .replaceAll(" ", "-"),
    );

  it("lead to files and headings that are there", async () => {
    const broken: string[] = [];
    for (const page of await allPages()) {
      const text = await readFile(page, "utf8");
      for (const [, link = ""] of withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^[a-z]+:/.test(link)) continue;
        const [path = "", anchor] = link.split("#");
        const file = path === "" ? page : join(dirname(page), path);
        const isThere = await stat(file).then(Boolean, () => false);
        const target = isThere && anchor ? await readFile(file, "utf8") : "";
        if (!isThere || (anchor && !anchorsOf(target).includes(anchor))) broken.push(`${page}: ${link}`);
      }
    }
    expect(broken).toEqual([]);
  });
});

it("the page on the API has every route with its scope", async () => {
  const rows = rowsOf(await readFile("docs/api.md", "utf8"), "route", "does", "scope");
  const told = rows.map(([route = "", , scope = ""]) => [route.replaceAll("`", ""), scope.replaceAll("`", "")]);
  const served = routes.map(({ method, path, scope = "" }) => [`${method} ${path}`, scope]);
  expect(told.sort()).toEqual(served.sort());
});

it("the page on the local runtime has every value that begins with local:", async () => {
  const rows = rowsOf(await readFile("docs/local.md", "utf8"), "value", "is");
  expect(rows.map(([value]) => value).sort()).toEqual(localNames.map((name) => `\`local:${name}\``).sort());
});

it("the page of examples lists every example", async () => {
  const rows = rowsOf(await readFile("examples/README.md", "utf8"), "file", "what it shows");
  const programs = (await readdir("examples")).filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts"));
  expect(rows.map(([name]) => name).sort()).toEqual(programs.map((name) => `\`${name}\``).sort());
});

it("the page on events has the delays of a webhook's attempts", async () => {
  const units = [
    ["h", 3_600_000],
    ["min", 60_000],
    ["s", 1000],
  ] as const;
  const shown = webhookDelaysMs.map((ms) => {
    const [unit, size] = units.find(([, size]) => ms >= size) ?? units[2];
    return `${ms / size} ${unit}`;
  });
  const hours = webhookDelaysMs.reduce((sum, ms) => sum + ms) / 3_600_000;
  const page = (await readFile("docs/events.md", "utf8")).replaceAll(/\s+/g, " ");
  expect(page).toContain(`after ${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}, each`);
  expect(page).toContain(`is ${Math.round(hours)} to ${Math.round(hours * (1 + webhookJitter))} hours after the first`);
});

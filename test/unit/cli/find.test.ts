import { answering, now, problem } from "../../support/cli/answering.ts";

const job = {
  ...{ job_id: "job_0197a0c41f6e7d3a8b5c2d9e0f1a2b3c", status: "failed", product_tag: "shop", env: "prd" },
  ...{ event: "order", type: "action", run: 1, attempt: 4, retries: 3, recurring: false },
  ...{ scheduled_at: now - 9000, due_at: now - 9000, created_at: now - 9000, finished_at: now - 5000 },
};

describe("the command find", () => {
  it("sends the text in a body, and asks for all pages", async () => {
    const { cli, asked } = answering({ "POST /v1/find": { found: [] }, "GET /v1/health": { status: "ok" } });
    const filters = ["--product", "shop", "--field", "order", "--failed", "--from", "-24h", "--limit", "5"];
    expect(await cli(["find", "A-17", ...filters])).toEqual({ code: 0, out: "", err: "No job is found by it.\n" });
    expect(asked.at(-1)).toMatchObject({
      path: "/v1/find",
      body: {
        ...{ q: "A-17", product_tag: "shop", field: "order", status: "failed", from: now - 86_400_000, limit: 5 },
      },
    });
  });

  it("shows jobs, and by what each was found", async () => {
    const found = [
      { keys: ["unique"], fields: ["order"], job },
      { keys: [], fields: ["region"], job },
    ];
    const { cli } = answering({ "POST /v1/find": { found, next_cursor: "c1" } });
    const { code, out, err } = await cli(["find", "A-17", "--limit", "2"]);
    expect({ code, err }).toEqual({ code: 0, err: "More follow: --all, a larger --limit, or --cursor c1\n" });
    const [head, first, second] = out.split("\n");
    expect(head).toMatch(/^JOB +STATUS +EVENT .*BY$/);
    expect(first).toMatch(/^job_0197a0c41f6e7d3a8b5c2d9e0f1a2b3c +failed .*unique, order$/);
    expect(second).toMatch(/region$/);
  });

  it("prints one document with --json, and says what the API refuses", async () => {
    const found = [{ keys: [], fields: ["order"], job }];
    const { cli } = answering({ "POST /v1/find": { found } });
    expect(JSON.parse((await cli(["find", "A-17", "--json"])).out)).toEqual({ found });
    const refusing = answering({ "POST /v1/find": problem(403, "FORBIDDEN", "It needs jobs:input.") });
    expect(await refusing.cli(["find", "A"])).toMatchObject({ code: 3, err: expect.stringContaining("jobs:input") });
  });
});

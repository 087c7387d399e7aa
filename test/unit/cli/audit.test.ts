import { answering, now, problem } from "../../support/cli/answering.ts";

const person = { issuer: "https://login.example.com", sub: "7", email: "ada@example.com" };
const entries = [
  {
    ...{ id: "aud_2", at: now - 4000, actor: { kind: "key", id: "0123456789abcdef", name: "ada", person } },
    ...{ role: "operator", action: "job.cancel", target: "job_1", product_tag: "shop", env: "prd", reason: "a\u202eb" },
    ...{ before: { status: "queued", due_at: 5 }, after: { status: "cancelled" } },
  },
  { id: "aud_1", at: now - 5000, actor: { kind: "identity" }, action: "key.create", target: "0123456789abcdef" },
];

describe("the command audit", () => {
  it("sends the filters, with relative times by the API's clock", async () => {
    const { cli, asked } = answering({ "GET /v1/audit": { entries: [] }, "GET /v1/health": { status: "ok" } });
    const filters = ["--product", "shop", "--action", "job.cancel,job.retry", "--actor", "ada@example.com"];
    const ran = await cli(["audit", ...filters, "--target", "job_1", "--from", "-24h", "--limit", "5"]);
    expect(ran).toEqual({ code: 0, out: "", err: "No changes.\n" });
    const query = new URLSearchParams(asked.at(-1)?.path.split("?")[1]);
    expect(Object.fromEntries(query)).toEqual({
      ...{ product_tag: "shop", action: "job.cancel,job.retry", actor: "ada@example.com", target: "job_1" },
      ...{ from: String(now - 86_400_000), limit: "5" },
    });
  });

  it("shows who has changed what, and nothing that could change how a terminal shows it", async () => {
    const { cli } = answering({ "GET /v1/audit": { entries, next_cursor: "c1" } });
    const { code, out, err } = await cli(["audit", "--limit", "2"]);
    expect({ code, err }).toEqual({ code: 0, err: "More follow: --all, a larger --limit, or --cursor c1\n" });
    const [head, first, second] = out.split("\n");
    expect(head).toMatch(/^AT +WHO +ACTION +TARGET +PRODUCT +REASON +CHANGE$/);
    expect(first).toMatch(
      /ada@example\.com +job\.cancel +job_1 +shop\/prd .*status: queued > cancelled, due_at: 5 > none/,
    );
    expect(second).toMatch(/an unknown AWS identity +key\.create +0123456789abcdef +the deployment/);
    expect(out).not.toContain("\u202e");
  });

  it("prints one document with --json", async () => {
    const { cli } = answering({ "GET /v1/audit": { entries } });
    const { code, out } = await cli(["audit", "--json"]);
    expect({ code, printed: JSON.parse(out) }).toEqual({ code: 0, printed: { entries } });
  });

  it("says what the API refuses", async () => {
    const { cli } = answering({
      "GET /v1/audit": problem(403, "FORBIDDEN", "This API key does not allow audit:read."),
    });
    expect(await cli(["audit"])).toMatchObject({ code: 3, err: expect.stringContaining("audit:read") });
  });
});

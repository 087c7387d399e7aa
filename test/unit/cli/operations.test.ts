import { answering, now, problem } from "../../support/cli/answering.ts";

const operation = {
  ...{ operation_id: "op_0123456789abcdef", action: "retry", product_tag: "shop", envs: ["prd"] },
  ...{ filter: { status: ["failed"] }, state: "running", matched: 300, changed: 120, unchanged: 2, failed: 0 },
  ...{ remaining: 178, rate_per_second: 20, sample: ["job_1"], reason: "the provider is back" },
  ...{ made_by: { kind: "key" }, created_at: now - 60_000 },
};
const at = "/v1/operations/op_0123456789abcdef";
const id = "op_0123456789abcdef";

describe("the commands of operations", () => {
  it("begin one with what its options say", async () => {
    const { cli, asked } = answering({ "POST /v1/operations": operation });
    const which = ["--product", "shop", "--status", "failed", "--event", "charge", "--from", "2030-01-31T00:00:00Z"];
    const how = [
      "--reason",
      "the provider is back",
      "--rate",
      "20",
      "--canary",
      "5",
      "--watch",
      "5m",
      "--expect",
      "300",
    ];
    const { code, out } = await cli(["operations", "start", "retry", ...which, ...how]);
    expect(code).toBe(0);
    expect(out).toContain("op_0123456789abcdef  running");
    expect(out).toMatch(/changed\s+120 of 300, 178 to come, at 20 a second/);
    expect(asked[0]?.body).toEqual({
      action: "retry",
      filter: { product_tag: "shop", status: ["failed"], event: "charge", from: expect.anything() },
      reason: "the provider is back",
      rate_per_second: 20,
      canary: { count: 5, for: "5m" },
      expect: 300,
      idempotency_key: expect.any(String),
    });
  });

  it("take the value of a field, whose text may have any characters, and none twice", async () => {
    const { cli, asked } = answering({ "POST /v1/operations": operation });
    const start = ["operations", "start", "cancel", "--product", "shop", "--reason", "withdrawn"];
    expect((await cli([...start, "--where", "order=A=17 b,c"])).code).toBe(0);
    expect(asked[0]?.body).toMatchObject({ filter: { product_tag: "shop", where: { order: "A=17 b,c" } } });
    for (const wrong of [["order"], ["order="], ["=A"], ["order=A", "--where", "order=B"]]) {
      const { code, err } = await cli([...start, "--where", ...wrong]);
      expect([code === 0, err]).toEqual([false, expect.stringMatching(/order=A-17|once/)]);
      // It may be one that is sealed.
      expect(err).not.toContain("order=B");
    }
    expect(asked).toHaveLength(1);
    // Of two fields none is left out on the way: the API refuses them.
    await cli([...start, "--where", "order=A", "--where", "region=eu"]);
    expect(asked[1]?.body).toMatchObject({ filter: { where: { order: "A", region: "eu" } } });
  });

  it("ask for the number of a canary that is to be looked at", async () => {
    const { cli, asked } = answering({ "POST /v1/operations": operation });
    const { code, err } = await cli(["operations", "start", "retry", "--product", "shop", "--watch", "5m"]);
    expect(code).not.toBe(0);
    expect(err).toContain("--canary");
    expect(asked).toEqual([]);
  });

  it("list, show and steer them", async () => {
    const { cli, asked } = answering({
      "GET /v1/operations": { operations: [{ ...operation, paused: { at: now } }] },
      [`GET ${at}`]: { ...operation, state: "halted", detail: "3 of the first 10 jobs failed, and 0 may." },
      [`GET ${at}/not-changed`]: {
        jobs: [{ job_id: "job_1", outcome: "unchanged", code: "STATE_CONFLICT", detail: "It has ended." }],
      },
      [`POST ${at}/pause`]: operation,
      [`POST ${at}/continue`]: operation,
      [`POST ${at}/stop`]: { ...operation, stopping: true },
      [`POST ${at}/rate`]: operation,
    });
    expect((await cli(["operations", "list", "--product", "shop"])).out).toMatch(
      /retry\s+running, paused\s+120 of 300/,
    );
    expect((await cli(["operations", "get", id])).out).toContain("3 of the first 10 jobs failed");
    expect((await cli(["operations", "not-changed", id])).out).toMatch(
      /job_1\s+unchanged\s+STATE_CONFLICT\s+It has ended\./,
    );
    for (const verb of ["pause", "continue"]) expect((await cli(["operations", verb, id])).code).toBe(0);
    expect((await cli(["operations", "stop", id])).out).toContain("running, stopping");
    expect((await cli(["operations", "rate", id, "3"])).code).toBe(0);
    expect(asked.at(-1)?.body).toEqual({ rate_per_second: 3 });
  });

  it("say what the API refuses", async () => {
    const { cli } = answering({
      [`POST ${at}/continue`]: problem(409, "STATE_CONFLICT", "The operation is done: make a new one."),
    });
    const { code, err } = await cli(["operations", "continue", id]);
    expect(code).not.toBe(0);
    expect(err).toContain("The operation is done");
  });
});

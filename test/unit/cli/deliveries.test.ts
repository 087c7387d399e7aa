import { answering, now, problem } from "../../support/cli/answering.ts";

const tenant = ["--product", "shop", "--env", "prd"];
const of = { product_tag: "shop", env: "prd" };
const hook = "/v1/hooks/shop/prd/stripe/deliveries";
const webhook = "/v1/webhooks/shop/prd/orders/deliveries";
const refused = {
  ...{ ...of, id: "dlv_2", at: now - 4000, hook: "stripe", outcome: "refused", delivery_id: "evt\u202e_2" },
  ...{ code: "INVALID_REQUEST", errors: [{ pointer: "/body/amount", detail: "must be a number" }] },
  ...{ body_bytes: 2, replayable: false },
};
const accepted = {
  ...{ ...of, id: "dlv_1", at: now - 5000, hook: "stripe", outcome: "accepted", job_id: "job_1" },
  ...{ body_bytes: 9, replayable: true, body: '{"a":"\u202e"}', headers: { "x-kind": "k" } },
};
const sent = {
  ...{ ...of, id: "dlv_3", at: now - 5000, webhook: "orders", webhook_id: "evt_3", type: "job.failed" },
  ...{ job_id: "job_3", outcome: "retrying", next_at: now + 5000 },
  attempts: [{ at: now - 4000, attempt: 1, ms: 12, status: 500, code: "HTTP_500" }],
};

describe("hooks", () => {
  it("lists what was delivered, with what each became or why not", async () => {
    const { cli } = answering({ [`GET ${hook}`]: { deliveries: [refused, accepted], next_cursor: "c1" } });
    const { code, out, err } = await cli(["hooks", "deliveries", "stripe", ...tenant, "--limit", "2"]);
    expect({ code, err }).toEqual({ code: 0, err: "More follow: --all, a larger --limit, or --cursor c1\n" });
    const [head, first, second] = out.split("\n");
    expect(head).toMatch(/^DELIVERY +AT +OUTCOME +OF THE PROVIDER +BECAME$/);
    expect(first).toMatch(/^dlv_2 .*refused +evt.*_2 +INVALID_REQUEST \/body\/amount must be a number$/);
    expect(second).toMatch(/^dlv_1 .*accepted +job_1$/);
    expect(out).not.toContain("\u202e");
  });

  it("shows one with what was sent, and nothing that could change how a terminal shows it", async () => {
    const { cli } = answering({ [`GET ${hook}/dlv_1`]: accepted, [`GET ${hook}/dlv_2`]: refused });
    const { out } = await cli(["hooks", "delivery", "stripe", "dlv_1", ...tenant]);
    expect(out).toMatch(/^dlv_1 {2}accepted\n[\s\S]*job +job_1\n[\s\S]*x-kind +k\n[\s\S]*body +\{"a":/);
    const { out: other } = await cli(["hooks", "delivery", "stripe", "dlv_2", ...tenant]);
    expect(other).toMatch(/\/body\/amount +must be a number\n[\s\S]*2 bytes, which are not kept/);
    expect(out + other).not.toContain("\u202e");
  });

  it("replays one, under a name that is given", async () => {
    const { cli, asked } = answering({
      [`POST ${hook}/dlv_1/replay`]: { delivery: "dlv_1", outcome: "accepted", job_id: "job_2" },
    });
    const { code, out } = await cli(["hooks", "replay", "stripe", "dlv_1", ...tenant, "--key", "anew"]);
    expect([code, out]).toEqual([0, expect.stringMatching(/^accepted\n +job +job_2\n$/)]);
    await cli(["hooks", "replay", "stripe", "dlv_1", ...tenant, "--dry-run"]);
    expect(asked.map(({ path }) => path)).toEqual([`${hook}/dlv_1/replay`, `${hook}/dlv_1/replay?dry_run=true`]);
  });

  it("selects by what came of them", async () => {
    const { cli, asked } = answering({ [`GET ${hook}`]: { deliveries: [] }, [`GET ${webhook}`]: { deliveries: [] } });
    const of = (kind: string, name: string) =>
      cli([kind, "deliveries", name, ...tenant, "--outcome", "failed,dropped"]);
    expect((await of("hooks", "stripe")).err).toBe("No delivery came to that.\n");
    expect((await of("webhooks", "orders")).err).toBe("No delivery came to that.\n");
    const query = "?outcome=failed%2Cdropped&limit=20";
    expect(asked.map(({ path }) => path)).toEqual([hook + query, webhook + query]);
  });

  it("takes the options of the list and those of a command below for what they are", async () => {
    const { cli, asked } = answering({ "GET /v1/hooks": { hooks: [] }, [`GET ${hook}`]: { deliveries: [] } });
    expect(await cli(["hooks", ...tenant])).toMatchObject({ code: 0 });
    expect(await cli(["hooks", "deliveries", "stripe", ...tenant])).toMatchObject({
      err: "Nothing has been delivered.\n",
    });
    expect(await cli(["hooks", "deliveries", "stripe"])).toMatchObject({ code: 2 });
    expect(asked.map(({ path }) => path.split("?")[0])).toEqual(["/v1/hooks", hook]);
  });
});

describe("webhooks", () => {
  it("lists what was sent, and shows one with each attempt and the answer", async () => {
    const whole = { ...sent, body: "{}", answer: { status: 500, body: "<h1>\u202eOops</h1>" } };
    const { cli } = answering({ [`GET ${webhook}`]: { deliveries: [sent] }, [`GET ${webhook}/dlv_3`]: whole });
    const { out } = await cli(["webhooks", "deliveries", "orders", ...tenant]);
    const [head, first] = out.split("\n");
    expect(head).toMatch(/^DELIVERY +AT +EVENT +JOB +OUTCOME +ATTEMPTS +LAST$/);
    expect(first).toMatch(/^dlv_3 .*job\.failed +job_3 +retrying +1 +HTTP_500$/);
    const { out: shown } = await cli(["webhooks", "delivery", "orders", "dlv_3", ...tenant]);
    expect(shown).toMatch(/attempt 1 +.*: HTTP_500 in 12 ms\n[\s\S]*answer +500 <h1>.*Oops<\/h1>/);
    expect(shown).not.toContain("\u202e");
  });

  it("sends one again, and says what the API refuses", async () => {
    const { cli } = answering({
      [`POST ${webhook}/dlv_3/resend`]: sent,
      [`POST ${webhook}/dlv_4/resend`]: problem(409, "STATE_CONFLICT", "The endpoint is disabled: enable it first."),
    });
    expect((await cli(["webhooks", "resend", "orders", "dlv_3", ...tenant])).out).toMatch(/^dlv_3 {2}retrying\n/);
    const ran = await cli(["webhooks", "resend", "orders", "dlv_4", ...tenant]);
    expect(ran).toMatchObject({ code: 3, err: expect.stringContaining("enable it first") });
  });
});

import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { dynamoSignals } from "../../lambdas/aws/dynamodb/signals.ts";
import { until } from "../support/local/until.ts";
import type { Answer, Call, Outputs } from "./deployment.ts";
import type { Received } from "./outside-world.ts";

interface System {
  settings(): { endpoint: string; region: string; credentials: { accessKeyId: string; secretAccessKey: string } };
  outputs(): Outputs;
  /** A call with the deployment's own key. */
  call(method: string, path: string, options?: Call): Promise<Answer>;
  /** A call as it is written. */
  open(method: string, path: string, options?: Call): Promise<Answer>;
  received(method: string, path: string): Received[];
}

/** The reconciler runs once per minute. */
const patienceMs = 150_000;

/** Runs of features that wait, are decided, are undone and have lists: by the functions, grants and stream as they are deployed. */
export function describeRuns({ settings, outputs, call, open, received }: System): void {
  const start = async (event: string, input: object): Promise<string> => {
    const body = { env: "prd", product_tag: "lasting", event, input, start_at: 0 };
    return (await call("POST", "/v1/jobs", { body })).body.job_id;
  };
  const get = async (id: string) => (await call("GET", `/v1/jobs/${id}`)).body;
  const seen = (id: string, wanted: (job: Awaited<ReturnType<typeof get>>) => unknown) =>
    until(async () => {
      const job = await get(id);
      return wanted(job) ? job : undefined;
    }, patienceMs);
  const waiting = (id: string, step: string) => seen(id, ({ steps }) => steps?.[step]?.status === "waiting");
  const ended = (id: string) => seen(id, ({ finished_at }) => finished_at !== undefined);
  const signal = (key: string, amount: number) =>
    call("POST", "/v1/signals", {
      body: { product_tag: "lasting", env: "prd", signal: "paid", key, payload: { amount } },
    });

  describe("a run", () => {
    test("waits for a message, asks a person by a job of the product, and goes on by the link that it got", async () => {
      const id = await start("book", { guest: "ada" });
      await waiting(id, "main.money");
      expect(await signal("ada", 12)).toMatchObject({ status: 202, body: { offered: [id] } });
      const [asked] = await until(() => {
        const all = received("POST", "/asked/ada");
        return all.length > 0 && all;
      }, patienceMs);
      const { at } = JSON.parse(asked?.text ?? "") as { at: string };
      expect(at).toMatch(new RegExp(`^${outputs().ApiUrl}/approve/[\\w-]+$`));
      const { pathname } = new URL(at);
      const page = await open("GET", pathname);
      expect(page).toMatchObject({ status: 200, headers: { "referrer-policy": "no-referrer" } });
      expect(page.bytes.toString()).toContain("A room for ada?");
      const { body } = await call("GET", "/v1/approvals?product_tag=lasting&env=prd");
      expect(body.approvals).toMatchObject([{ job_id: id, step: "main.decision", asked: ["the desk"] }]);
      const form = { headers: { "content-type": "application/x-www-form-urlencoded" }, text: "choice=approve" };
      expect((await open("POST", pathname, form)).status).toBe(200);
      expect(await ended(id)).toMatchObject({
        status: "completed",
        result: { amount: 12, choice: "approve", by: "the desk" },
      });
      expect((await open("POST", pathname, form)).status).toBe(409);
    }, 300_000);

    test("goes on although who sent the message died before the run was woken: the table's stream repairs it", async () => {
      const id = await start("book", { guest: "bob" });
      await waiting(id, "main.money");
      const signals = dynamoSignals({ client: new DynamoDBClient(settings()), table: outputs().TableName });
      const address = { product: "lasting", env: "prd", signal: "paid", to: { key: "bob" } } as const;
      const now = Date.now();
      // The first of the sender's two writes, and nothing after it.
      await signals.put(address, { id: "sig_1", at: now, payload: { amount: 7 } }, now + 3_600_000);
      const job = await waiting(id, "main.decision");
      expect(job.steps["main.money"]).toMatchObject({ status: "completed" });
      // Nothing else looks within that time: the run has an hour to wait.
      expect(Date.now() - now).toBeLessThan(30_000);
      const { body } = await call("GET", "/v1/approvals?product_tag=lasting&env=prd");
      const [approval] = body.approvals.filter(({ job_id }: { job_id: string }) => job_id === id);
      const decided = await call("POST", `/v1/approvals/${approval.id}`, { body: { choice: "reject" } });
      expect(decided.status).toBe(200);
      expect(await ended(id)).toMatchObject({ status: "completed", result: { amount: 7, choice: "reject" } });
    }, 300_000);

    test("that is cancelled while it waits takes back what it has done", async () => {
      const id = await start("book", { guest: "cleo" });
      await waiting(id, "main.money");
      expect((await call("POST", `/v1/jobs/${id}/cancel`, { body: { reason: "full" } })).status).toBeLessThan(300);
      expect(await ended(id)).toMatchObject({ status: "cancelled", rolled_back: { steps: 1, failed: 0 } });
      expect(received("POST", "/rooms/cleo")).toHaveLength(1);
      expect(received("POST", "/released/cleo")).toHaveLength(1);
      expect(await signal("cleo", 1)).toMatchObject({ body: { offered: [] } });
    }, 300_000);

    test("has a step for each of 210 items, on three pages", async () => {
      const lines = Array.from({ length: 210 }, (_, i) => ({ sku: `S-${i}` }));
      const id = await start("ship_all", { lines });
      expect(await ended(id)).toMatchObject({ status: "completed", result: { shipped: 210 } });
      const places = received("POST", "/shipments").map(({ text }) => JSON.parse(text).position);
      expect(places.sort((a, b) => a - b)).toEqual(lines.map((_, i) => i));
    }, 300_000);
  });
}

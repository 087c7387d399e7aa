import { type AttributeValue, DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { ListQueuesCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { jobFrom } from "../../lambdas/aws/dynamodb/job-item.ts";
import type { Job, JobMessage } from "../../lambdas/core/job/job.ts";
import { until } from "../support/local/until.ts";
import { items, messages, writtenAt } from "../support/stored/version-0.3.ts";
import type { Answer, Call, Outputs } from "./deployment.ts";
import type { Received } from "./outside-world.ts";

interface System {
  settings(): { endpoint: string; region: string; credentials: { accessKeyId: string; secretAccessKey: string } };
  outputs(): Outputs;
  call(method: string, path: string, options?: Call): Promise<Answer>;
  received(method: string, path: string): Received[];
}

type Item = Record<string, AttributeValue>;

const second = 1000;
/** The reconciler runs once a minute, and looks after killed attempts once their leases are over. */
const patienceMs = 240 * second;
/** Those whose lines end within two minutes, and not only after ten. */
const events = ["desk", "clerk", "bell", "lift", "errand"];
const slots = { desk: 2, clerk: 1, lift: 3, errand: 2 };
const spaces = { bell: 2 * second, lift: 10 * second, errand: 10 * second };
const limits = [...events, "stairs", "bridge"];

const jobs = items.flatMap((item) => (item.PK?.S?.startsWith("JOB#") ? [jobFrom(item)] : [])).filter(isTaken);

function isTaken({ event }: Job): boolean {
  return events.includes(event);
}

function isLoaded({ PK, SK }: Item): boolean {
  const [kind, name = "", , limit = ""] = PK?.S?.split("#") ?? [];
  if (kind === "JOB") return jobs.some(({ id }) => id === name);
  return kind === "GATE" ? limits.includes(limit) : SK?.S === "PINS";
}

/** Whether a number is about the time at which all was written, in such units. */
const isNear = (value: number, units: number) => Math.abs(value / units - writtenAt) < 30 * 24 * 3_600_000;

/** What was stored at one time as if it were stored at another, `by` milliseconds later. */
function moved(value: AttributeValue, by: number): AttributeValue {
  if (value.N !== undefined) {
    const number = Number(value.N);
    const units = [1, 1000, 0.001].find((one) => isNear(number, one));
    return units === undefined ? value : { N: String(Math.round(number + by * units)) };
  }
  if (value.S !== undefined)
    return { S: value.S.replace(/\d{16}/, (time) => String(Number(time) + by).padStart(16, "0")) };
  if (value.L) return { L: value.L.map((one) => moved(one, by)) };
  return value.M ? { M: movedAll(value.M, by) } : value;
}

/** Ids have digits too, and only places in lines and in the index are times among texts. */
const movedAll = (of: Item, by: number): Item =>
  Object.fromEntries(
    Object.entries(of).map(([name, value]) => [
      name,
      value.S === undefined || name === "SK" || name === "gsi_sk" ? moved(value, by) : value,
    ]),
  );

/** An upgrade from version 0.3.0: what its code has stored of limits is there, and the functions that are deployed now go on with it. */
export function describeStored({ settings, outputs, call, received }: System): void {
  let by: number;
  const after: Record<string, { started_at: number }[]> = {};

  async function load(): Promise<void> {
    const client = new DynamoDBClient(settings());
    by = Date.now() + 5 * second - writtenAt;
    for (const item of items.filter(isLoaded))
      await client.send(new PutItemCommand({ TableName: outputs().TableName, Item: movedAll(item, by) }));
    const sqs = new SQSClient(settings());
    const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
    const QueueUrl = QueueUrls.find(
      (url) => /jobs[^/]*action/i.test(url) && !/dead/i.test(url) && !/database/i.test(url),
    );
    for (const { body, visible } of messages) {
      const message = JSON.parse(body) as JobMessage;
      if (!jobs.some(({ id }) => id === message.job_id)) continue;
      const MessageBody = JSON.stringify({ ...message, due_at: message.due_at + by });
      const DelaySeconds = Math.max(0, Math.floor((visible + by - Date.now()) / second));
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, DelaySeconds, MessageGroupId: "stored:prd" }));
    }
  }

  const get = async (id: string) => (await call("GET", `/v1/jobs/${id}`)).body;

  describe("a limit that version 0.3.0 has stored", () => {
    test("is drained by the deployed functions before newcomers start", async () => {
      await load();
      const newcomers: string[] = [];
      for (const event of events) {
        const body = { env: "prd", product_tag: "stored", event, input: { body: {} }, start_at: 0 };
        const { status, body: receipt } = await call("POST", "/v1/jobs", { body });
        expect(status).toBe(202);
        newcomers.push(receipt.job_id);
      }
      const open = new Set([...jobs.map(({ id }) => id), ...newcomers]);
      await until(async () => {
        for (const id of open) {
          const job = await get(id);
          if (!["completed", "failed", "cancelled"].includes(job.status)) continue;
          open.delete(id);
          const stored = jobs.find((one) => one.id === id);
          expect([job.event, job.status]).toEqual([
            job.event,
            stored?.status === "cancelled" ? "cancelled" : "completed",
          ]);
          if (job.attempts[0]) after[job.event] = [...(after[job.event] ?? []), job.attempts.at(-1)];
        }
        return open.size === 0;
      }, patienceMs);
    }, 300_000);

    test.each(Object.entries(slots))("never has more calls of %s under way than it has slots", (event, limit) => {
      const calls = received("POST", `/stored/${event}`);
      expect(calls.length).toBeGreaterThan(3);
      expect(Math.max(...calls.map((one) => beside(calls, one)))).toBeLessThanOrEqual(limit);
    });

    test.each(Object.entries(spaces))("spaces the starts of %s by its rate", (event, space) => {
      const starts = (after[event] ?? []).map(({ started_at }) => started_at).filter((start) => start > writtenAt + by);
      const inOrder = starts.sort((a, b) => a - b);
      expect(inOrder.length).toBeGreaterThan(3);
      const [first = 0] = inOrder;
      for (const [i, start] of inOrder.entries()) expect(start - first).toBeGreaterThanOrEqual(i * space - second);
    });

    test("has a pump afterwards, and nothing waits in its line", async () => {
      const client = new DynamoDBClient(settings());
      const key = (limit: string) => ({ PK: { S: `PUMP#stored#prd#${limit}#` }, SK: { S: "PUMP" } });
      for (const name of Object.keys(spaces).filter((one) => one !== "errand")) {
        const found = await client.send(new GetItemCommand({ TableName: outputs().TableName, Key: key(name) }));
        expect(found.Item).toBeDefined();
        const { body } = await call("GET", `/v1/limits?product_tag=stored&env=prd&name=${name}&key=`);
        expect(body.limits[0].gates).toMatchObject([{ waiting: 0, in_use: 0 }]);
      }
    });
  });
}

/** How many calls were under way when this one began, itself among them. */
const beside = (calls: readonly Received[], { at }: Received): number =>
  calls.filter((other) => other.at <= at && (other.answered_at ?? Number.POSITIVE_INFINITY) > at).length;

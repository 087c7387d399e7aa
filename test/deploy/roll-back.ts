import { setTimeout as sleep } from "node:timers/promises";
import { ListSchedulesCommand, SchedulerClient } from "@aws-sdk/client-scheduler";
import { ListQueuesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { until } from "../support/local/until.ts";
import { checkoutOfVersion03, copyOfCheckout } from "./checkout.ts";
import type { Answer, Call, Outputs } from "./deployment.ts";
import type { Received } from "./outside-world.ts";

interface System {
  settings(): { endpoint: string; region: string; credentials: { accessKeyId: string; secretAccessKey: string } };
  outputs(): Outputs;
  /** A call with the deployment's own key. */
  call(method: string, path: string, options?: Call): Promise<Answer>;
  received(method: string, path: string): Received[];
  deploy(checkout: typeof copyOfCheckout): Promise<Outputs>;
}

const second = 1000;
const minute = 60 * second;
/** The reconciler runs once a minute, and takes up what a deployment has cut off once its lease is over. */
const patienceMs = 4 * minute;

interface Planned {
  id: string;
  /** Whose order it is: each has a path of its own outside. Absent for what does not call the shop. */
  customer?: string;
  due: number;
}

/** The way back to version 0.3.0 and forward again, with jobs in flight. It comes last: what is deployed is replaced twice. */
export function describeRollBack({ settings, outputs, call, received, deploy }: System): void {
  const post = async (body: object): Promise<string> => {
    const { status, body: receipt } = await call("POST", "/v1/jobs", {
      body: { env: "prd", product_tag: "in-aws", ...body },
    });
    expect([status, receipt.code]).toEqual([202, undefined]);
    return receipt.job_id;
  };
  const get = async (id: string) => (await call("GET", `/v1/jobs/${id}`)).body;

  let customers = 0;
  async function order(due: number, more: object = {}): Promise<Planned> {
    const customer = `back-${++customers}`;
    const input = { params: { customer }, body: { sku: "tea" } };
    const id = await post({ product_tag: "my-product", event: "create_order", input, start_at: due, ...more });
    return { id, customer, due };
  }

  /** Jobs of the kinds that may be under way when a deployment comes, due within the next minutes. */
  async function inFlight(): Promise<Planned[]> {
    const now = Date.now();
    const orders = [];
    for (let i = 0; i < 24; i++) orders.push(await order(now + i * 5 * second));
    const others = [];
    // In the line of a limit of two, and in that of a rate of one start per two seconds.
    for (let i = 0; i < 8; i++) others.push(await post({ event: "enter", input: { body: {} }, start_at: 0 }));
    for (let i = 0; i < 20; i++) others.push(await post({ event: "tick", input: { body: {} }, start_at: 0 }));
    for (const delay of [0, 30, 60])
      others.push(
        await post({
          product_tag: "my-product",
          event: "place_order",
          input: { customer: `back-feature-${delay}`, sku: "tea", quantity: 2 },
          start_at: now + delay * second,
        }),
      );
    const repeat = { every: 10 * second, limit: 9 };
    others.push(await post({ event: "double", input: { payload: { n: 21 } }, start_at: 0, repeat }));
    return [...orders, ...others.map((id) => ({ id, due: now }))];
  }

  /** Deploys while a job is asked for every second, each of which has to be accepted. */
  async function deployUnderLoad(checkout: typeof copyOfCheckout): Promise<Planned[]> {
    const accepted: Planned[] = [];
    let isDone = false;
    const deployed = deploy(checkout).finally(() => {
      isDone = true;
    });
    while (!isDone) {
      accepted.push(await order(Date.now() + 2 * second));
      await sleep(second);
    }
    const { ApiUrl, ScheduleGroup, TableName } = await deployed;
    expect({ ApiUrl, ScheduleGroup, TableName }).toEqual({
      ApiUrl: outputs().ApiUrl,
      ScheduleGroup: outputs().ScheduleGroup,
      TableName: outputs().TableName,
    });
    return accepted;
  }

  /** All are completed, none of them before its time, and nobody's order was placed twice. */
  async function finished(jobs: readonly Planned[]): Promise<void> {
    const open = new Set(jobs.map(({ id }) => id));
    await until(async () => {
      await sleep(second);
      for (const id of open) {
        const { status } = await get(id);
        if (["completed", "failed", "cancelled"].includes(status)) open.delete(id);
      }
      return open.size === 0;
    }, patienceMs);
    for (const { id, customer, due } of jobs) {
      const { status, event, error } = await get(id);
      expect([event, status, error]).toEqual([event, "completed", undefined]);
      if (customer === undefined) continue;
      const [sent, ...more] = received("POST", `/orders/${customer}`);
      expect(sent?.at).toBeGreaterThanOrEqual(due);
      // A call that a deployment has cut off is made again, under the same key.
      expect(new Set([sent, ...more].map((one) => one?.headers["idempotency-key"])).size).toBe(1);
    }
  }

  /** The pump of this version has a queue, which version 0.3.0 has not. */
  const hasPump = async (): Promise<boolean> => {
    const { QueueUrls = [] } = await new SQSClient(settings()).send(new ListQueuesCommand({}));
    return QueueUrls.some((url) => /pump/i.test(url));
  };

  const schedulesOf = async (id: string): Promise<number> => {
    const list = new ListSchedulesCommand({ GroupName: outputs().ScheduleGroup, NamePrefix: id });
    return (await new SchedulerClient(settings()).send(list)).Schedules?.length ?? 0;
  };

  /** What is left of it all: nothing that is due, and no gate with a slot or a line. */
  async function nothingStands(): Promise<void> {
    for (const product of ["in-aws", "my-product"]) {
      const scope = `product_tag=${product}&env=prd`;
      const standing = await until(async () => {
        const { body } = await call("GET", `/v1/jobs?${scope}&status=queued,running&limit=100`);
        return body.jobs.length === 0 ? [] : undefined;
      }, patienceMs);
      expect(standing).toEqual([]);
    }
    for (const limit of ["door", "clock"]) {
      const { body } = await call("GET", `/v1/limits?product_tag=in-aws&env=prd&name=${limit}&key=`);
      expect(body.limits[0].gates).toMatchObject([{ waiting: 0 }]);
    }
  }

  describe("a roll back to version 0.3.0 with jobs in flight, and forward again", () => {
    let later: Planned;

    test("goes back: all is accepted meanwhile, and what this version has begun is ended by the other", async () => {
      expect(await hasPump()).toBe(true);
      later = await order(Date.now() + 60 * minute);
      const before = await inFlight();
      const meanwhile = await deployUnderLoad(checkoutOfVersion03);
      expect(await hasPump()).toBe(false);
      expect(await schedulesOf(later.id)).toBe(1);
      expect(meanwhile.length).toBeGreaterThan(3);
      await finished([...before, ...meanwhile]);
    }, 600_000);

    test("goes forward: the same, and nothing stands", async () => {
      const between = await inFlight();
      const meanwhile = await deployUnderLoad(copyOfCheckout);
      expect(await hasPump()).toBe(true);
      await finished([...between, ...meanwhile]);
      await nothingStands();
    }, 600_000);

    test("keeps the schedules of jobs that are due later, which can be cancelled there", async () => {
      expect(await schedulesOf(later.id)).toBe(1);
      expect(await get(later.id)).toMatchObject({ status: "scheduled", due_at: later.due });
      expect(await call("POST", `/v1/jobs/${later.id}/cancel`, { body: {} })).toMatchObject({ status: 200 });
      expect(await schedulesOf(later.id)).toBe(0);
    });
  });
}

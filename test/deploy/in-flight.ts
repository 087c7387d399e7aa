import { setTimeout as sleep } from "node:timers/promises";
import { ListSchedulesCommand, SchedulerClient } from "@aws-sdk/client-scheduler";
import { until } from "../support/local/until.ts";
import type { copyOfCheckout } from "./checkout.ts";
import type { Answer, Call, Outputs } from "./deployment.ts";
import type { Received } from "./outside-world.ts";

export interface System {
  settings(): { endpoint: string; region: string; credentials: { accessKeyId: string; secretAccessKey: string } };
  outputs(): Outputs;
  /** A call with the deployment's own key. */
  call(method: string, path: string, options?: Call): Promise<Answer>;
  received(method: string, path: string): Received[];
  /** Deploys all stacks, or these. */
  deploy(checkout: typeof copyOfCheckout, stacks?: readonly string[]): Promise<Outputs>;
}

export const second = 1000;
export const minute = 60 * second;
/** The reconciler runs once a minute, and takes up what a deployment has cut off once its lease is over. */
export const patienceMs = 4 * minute;

export interface Planned {
  id: string;
  /** Whose order it is: each has a path of its own outside. Absent for what does not call the shop. */
  customer?: string;
  due: number;
}

/** Jobs on a deployment that is replaced by another version meanwhile. */
export function loadOn({ settings, outputs, call, received, deploy }: System) {
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
  async function inFlight({ hasLimits }: { hasLimits: boolean }): Promise<Planned[]> {
    const now = Date.now();
    const orders = [];
    for (let i = 0; i < 24; i++) orders.push(await order(now + i * 5 * second));
    const others = [];
    // In the line of a limit of two, and in that of a rate of one start per two seconds.
    const [enter, tick] = hasLimits ? [8, 20] : [0, 0];
    for (let i = 0; i < enter; i++) others.push(await post({ event: "enter", input: { body: {} }, start_at: 0 }));
    for (let i = 0; i < tick; i++) others.push(await post({ event: "tick", input: { body: {} }, start_at: 0 }));
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
  async function deployUnderLoad(checkout: typeof copyOfCheckout, stacks?: readonly string[]): Promise<Planned[]> {
    const accepted: Planned[] = [];
    let isDone = false;
    const deployed = deploy(checkout, stacks).finally(() => {
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

  const schedulesOf = async (id: string): Promise<number> => {
    const list = new ListSchedulesCommand({ GroupName: outputs().ScheduleGroup, NamePrefix: id });
    return (await new SchedulerClient(settings()).send(list)).Schedules?.length ?? 0;
  };

  return { get, order, inFlight, deployUnderLoad, finished, schedulesOf };
}

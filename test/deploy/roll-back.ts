import { ListQueuesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { until } from "../support/local/until.ts";
import { checkoutOfVersion03, copyOfCheckout } from "./checkout.ts";
import { loadOn, minute, type Planned, patienceMs, type System } from "./in-flight.ts";

/** The state stack stays: AWS would refuse to take from it what the service still imports (docs/operations/upgrade.md). */
const serviceOnly = ["Service", "--exclusively"];

/** The way back to version 0.3.0 and forward again, with jobs in flight. It comes last: what is deployed is replaced twice. */
export function describeRollBack(system: System): void {
  const { settings, call } = system;
  const { get, order, inFlight, deployUnderLoad, finished, schedulesOf } = loadOn(system);

  /** The pump of this version has a queue, which version 0.3.0 has not. */
  const hasPump = async (): Promise<boolean> => {
    const { QueueUrls = [] } = await new SQSClient(settings()).send(new ListQueuesCommand({}));
    return QueueUrls.some((url) => /pump/i.test(url));
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

  describe("with jobs in flight,", () => {
    let later: Planned;

    test("a roll back to version 0.3.0 loses no request, and that version ends each open job", async () => {
      expect(await hasPump()).toBe(true);
      later = await order(Date.now() + 60 * minute);
      const before = await inFlight({ hasLimits: true });
      const meanwhile = await deployUnderLoad(checkoutOfVersion03, serviceOnly);
      expect(await hasPump()).toBe(false);
      expect(await schedulesOf(later.id)).toBe(1);
      expect(meanwhile.length).toBeGreaterThan(3);
      await finished([...before, ...meanwhile]);
    }, 600_000);

    test("the upgrade after a roll back loses no request and leaves nothing open", async () => {
      const between = await inFlight({ hasLimits: true });
      const meanwhile = await deployUnderLoad(copyOfCheckout);
      expect(await hasPump()).toBe(true);
      await finished([...between, ...meanwhile]);
      await nothingStands();
    }, 600_000);

    test("a schedule outlives a roll back and the upgrade after it, and can be cancelled", async () => {
      expect(await schedulesOf(later.id)).toBe(1);
      expect(await get(later.id)).toMatchObject({ status: "scheduled", due_at: later.due });
      expect(await call("POST", `/v1/jobs/${later.id}/cancel`, { body: {} })).toMatchObject({ status: 200 });
      expect(await schedulesOf(later.id)).toBe(0);
    });
  });
}

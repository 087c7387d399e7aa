import type { DynamoDBClient, QueryCommand } from "@aws-sdk/client-dynamodb";
import { dynamoSearchIndex } from "../../../../lambdas/aws/dynamodb/search-index.ts";
import { sealsBy } from "../../../../lambdas/core/operations/seals.ts";
import { type Finding, findByValue } from "../../../../lambdas/core/queries/find-jobs.ts";
import { aJob, noon } from "../../../support/builders.ts";
import { fakeLog } from "../../../support/fakes/log.ts";
import { fakeSecrets } from "../../../support/fakes/secrets.ts";
import { searchedCatalog } from "../../../support/searching.ts";

/**
 * A table with so many jobs that all have one value, of which half have failed, without an item in memory: a Query is answered as DynamoDB
 * answers it, with as many of the latest entries of the partition as it asks for. What a search costs is its Queries, the items that they
 * read, and the jobs of the page. None of these depends on how many entries there are, since each Query begins at the end of a sorted
 * partition and says how many it wants.
 */
function tableOf(count: number) {
  let [queries, entries, jobs] = [0, 0, 0];
  const idOf = (n: number) => `job_${n.toString(16).padStart(32, "0")}`;
  const timeOf = (n: number) => noon - count + n;
  const send = async ({ input }: QueryCommand) => {
    const { ExpressionAttributeValues: values = {}, Limit = 0, ScanIndexForward } = input;
    expect(ScanIndexForward).toBe(false);
    const [, shard] = /#(\d)$/.exec(values[":value"]?.S ?? "") ?? [];
    const beginning = (values[":low"]?.S ?? "").startsWith("!") ? "!order#" : "order#";
    const step = beginning.startsWith("!") ? 8 : 4;
    const Items = [];
    for (let n = count - 1; n >= 0 && Items.length < Limit; n--) {
      if (n % 4 !== Number(shard) || (step === 8 && n % 8 >= 4)) continue;
      const key = `${beginning}${String(timeOf(n)).padStart(16, "0")}#${idOf(n)}`;
      if (key <= (values[":high"]?.S ?? "") && key >= (values[":low"]?.S ?? "")) Items.push({ SK: { S: key } });
    }
    queries++;
    entries += Items.length;
    return { Items };
  };
  const jobAt = (id: string) => {
    const n = Number.parseInt(id.slice(4), 16);
    const at = { id, product: "shop", env: "dev", event: "order", created_at: timeOf(n), search };
    return aJob(n % 8 < 4 ? { ...at, status: "failed", finished_at: timeOf(n) } : at);
  };
  const search = { rev: "r", values: { order: "A-17" } };
  const services: Finding = {
    catalog: searchedCatalog(),
    searchIndex: dynamoSearchIndex({ client: { send } as unknown as DynamoDBClient, table: "jobs" }),
    jobs: {
      getMany: async (ids) => {
        jobs += ids.length;
        return ids.map(jobAt);
      },
    },
    seals: sealsBy(fakeSecrets(), () => "none"),
    log: fakeLog(),
  };
  return { services, cost: () => ({ queries, entries, jobs }) };
}

const places = [{ product: "shop", env: "dev", field: "order", sealed: false }];

describe.each([false, true])("with failed %s", (failed) => {
  test("a page of a value that all jobs have costs the same at 10,000, a million and ten million jobs", async () => {
    const costOf = async (count: number) => {
      const { services, cost } = tableOf(count);
      const first = await findByValue(services, { places, text: "A-17", failed, limit: 20 });
      expect(first.found).toHaveLength(20);
      expect(first.found.every(({ job }) => !failed || job.status === "failed")).toBe(true);
      const after = first.next;
      const second = await findByValue(services, { places, text: "A-17", failed, limit: 20, after });
      expect(new Set([...first.found, ...second.found].map(({ job }) => job.id)).size).toBe(40);
      return cost();
    };
    const small = await costOf(10_000);
    expect(small.queries).toBe(8);
    expect(small.jobs).toBe(40);
    // One more than the page in each shard, one that says whether there are more, and the position itself.
    expect(small.entries).toBeLessThanOrEqual(8 * 23);
    expect(await costOf(1_000_000)).toEqual(small);
    expect(await costOf(10_000_000)).toEqual(small);
  });
});

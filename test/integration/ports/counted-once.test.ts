import { hash } from "node:crypto";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { dynamoFailures } from "../../../lambdas/aws/dynamodb/failures.ts";
import { dynamoStatsStore } from "../../../lambdas/aws/dynamodb/stats-store.ts";
import { utcDayOf } from "../../../lambdas/core/job/failure-group.ts";
import { JobError } from "../../../lambdas/core/job/job-error.ts";
import { newJobId } from "../../../lambdas/core/job/job-id.ts";
import { attemptFailed } from "../../../lambdas/core/job/transitions.ts";
import { hourMs } from "../../../lambdas/core/kernel/duration-ms.ts";
import { recent } from "../../../lambdas/core/kernel/recent.ts";
import { statsOf } from "../../../lambdas/core/queries/stats-view.ts";
import { handleChanges } from "../../../lambdas/lifecycle/handle.ts";
import { settings } from "../../support/aws/client-settings.ts";
import { startDynamo, table } from "../../support/aws/dynamo.ts";
import { aJob, noon } from "../../support/builders.ts";
import { claim, lifecycle, lifeOf, published, written } from "../../support/lifecycle.ts";

/** A client of which the first answer to every update is lost: the SDK repeats the request. */
function losingAnswers(endpoint: string) {
  const client = new DynamoDBClient({ ...settings, endpoint });
  const inner = client.config.requestHandler;
  const sent = new Set<string>();
  const handle: typeof inner.handle = async (request, options) => {
    const answer = await inner.handle(request, options);
    const isUpdate = String(request.headers["x-amz-target"]).endsWith("UpdateItem");
    const body = hash("sha1", Buffer.concat([request.body as Uint8Array]));
    if (!isUpdate || sent.has(body)) return answer;
    sent.add(body);
    throw Object.assign(new Error("socket hang up"), { name: "TimeoutError" });
  };
  client.config.requestHandler = { ...inner, handle, destroy: () => inner.destroy?.() } as typeof inner;
  return client;
}

const declined = (n: number) => {
  const job = aJob({ id: newJobId(), retries: 0 });
  const running = claim(job, noon + 3);
  const error = new JobError("PROVIDER_ERROR", ["The card was declined.", "No answer."][n % 2] as string);
  const failed = attemptFailed(running, noon + 20, { error, random: 0 });
  return [
    written({ after: job }),
    written({ before: job, after: running }),
    written({ before: running, after: failed }),
  ];
};

test("lost answers and repeated batches are counted once in counters, errors and events", async () => {
  const { endpoint, stop } = await startDynamo();
  const client = losingAnswers(endpoint);
  try {
    const fakes = lifecycle();
    const [stats, failures] = [dynamoStatsStore({ client, table }), dynamoFailures({ client, table })];
    const deliver = (...batch: [from: number, to: number]) =>
      handleChanges({ ...fakes, stats, failures, recentlySent: recent() }, changes.slice(...batch));
    const changes = Array.from({ length: 60 }, (_, n) =>
      n % 3 === 0 ? declined(n) : lifeOf(aJob({ id: newJobId() })),
    ).flat();
    for (let from = 0; from < changes.length; from += 60) {
      await deliver(from, from + 100);
      await deliver(from, from + 37);
      await deliver(from + 37, from + 100);
    }
    expect(fakes.log.lines.filter(({ message }) => message === "counts were lost")).toEqual([]);
    const hours = await stats.read("shop", "prd", noon - hourMs, noon + hourMs);
    expect(statsOf(hours.map(({ counts }) => counts)).counts).toEqual({
      scheduled: 60,
      completed: 40,
      failed: 20,
      cancelled: 0,
    });
    const groups = await failures.read("shop", "prd", utcDayOf(noon));
    expect(groups.map(({ count }) => count)).toEqual([10, 10]);
    expect(new Set(published(fakes).map((event) => event.join())).size).toBe(60);
  } finally {
    client.destroy();
    await stop();
  }
});

import type { Context, DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import { jobItemOf } from "../../../../lambdas/aws/dynamodb/job-item.ts";
import { type JobChange, streamHandler } from "../../../../lambdas/aws/lambda/stream-handler.ts";
import type { Job } from "../../../../lambdas/core/job/job.ts";
import { aJob, noon } from "../../../support/builders.ts";
import { fakeDeadLetters } from "../../../support/fakes/dead-letters.ts";
import { fakeLog } from "../../../support/fakes/log.ts";

const image = (job: Job) => jobItemOf(job, 30) as NonNullable<DynamoDBRecord["dynamodb"]>["NewImage"];
const record = (sequence: number, before?: Job, after?: Job): DynamoDBRecord => ({
  eventID: `event-${sequence}`,
  dynamodb: {
    SequenceNumber: String(sequence),
    ApproximateCreationDateTime: noon / 1000,
    Keys: { PK: { S: "JOB#x" } },
    ...(before && { OldImage: image(before) }),
    ...(after && { NewImage: image(after) }),
  },
});
const run = async (
  records: DynamoDBRecord[],
  handle: (changes: readonly JobChange[]) => Promise<number | undefined>,
  { full = false } = {},
) => {
  const log = fakeLog();
  const deadLetters = fakeDeadLetters();
  deadLetters.refuses = () => full;
  const handler = streamHandler(
    () => ({ log, deadLetters }),
    (_services, changes) => handle(changes),
  );
  const answer = handler({ Records: records } as DynamoDBStreamEvent, {} as Context);
  return { answer, log, deadLetters };
};

describe("a batch of stream records", () => {
  it("reaches the lifecycle as jobs, in order", async () => {
    const [job, gone] = [aJob(), aJob()];
    const seen: unknown[] = [];
    const records = [record(1, undefined, job), record(2, job, { ...job, version: 2 }), record(3, gone)];
    const { answer } = await run(records, async (changes) => {
      seen.push(...changes);
      return undefined;
    });
    expect(await answer).toEqual({ batchItemFailures: [] });
    expect(seen).toEqual([
      { after: job, at: noon, id: "event-1", record: records[0] },
      { before: job, after: { ...job, version: 2 }, at: noon, id: "event-2", record: records[1] },
      { before: gone, at: noon, id: "event-3", record: records[2] },
    ]);
  });

  it("reports the sequence number from which it must be delivered again", async () => {
    const { answer } = await run(
      [10, 11, 12].map((n) => record(n, undefined, aJob())),
      async () => 1,
    );
    expect(await answer).toEqual({ batchItemFailures: [{ itemIdentifier: "11" }] });
  });

  const unreadable = (sequence: number) => {
    const broken = { ...record(sequence, undefined, aJob()) };
    (broken.dynamodb as { NewImage: unknown }).NewImage = { input: { M: { inline: { S: "{s3cret" } } } };
    return broken;
  };

  it("sets aside an unreadable record as a whole, and goes on", async () => {
    const broken = unreadable(10);
    const { answer, log, deadLetters } = await run([broken, record(11, undefined, aJob())], async () => 0);
    expect(await answer).toEqual({ batchItemFailures: [{ itemIdentifier: "11" }] });
    expect(deadLetters.kept).toMatchObject([{ code: "UNREADABLE", body: broken }]);
    expect(log.lines).toMatchObject([
      { level: "error", fields: { sequence: "10", key: "JOB#x", code: "UNREADABLE" } },
      { measured: { values: { set_aside: 1 } } },
    ]);
    expect(JSON.stringify(log.lines)).not.toContain("s3cret");
  });

  it("is delivered again from an unreadable record whose dead letter is refused for now", async () => {
    const records = [record(10, undefined, aJob()), unreadable(11), record(12, undefined, aJob())];
    const behind = await run(records, async () => 1, { full: true });
    expect(await behind.answer).toEqual({ batchItemFailures: [{ itemIdentifier: "11" }] });
    const before = await run(records, async () => 0, { full: true });
    expect(await before.answer).toEqual({ batchItemFailures: [{ itemIdentifier: "10" }] });
  });

  it("fails as a whole if the lifecycle throws, without its message in the log", async () => {
    const { answer, log } = await run([record(1, undefined, aJob())], async () => {
      throw new Error("s3cret");
    });
    await expect(answer).rejects.toThrow();
    expect(log.lines).toMatchObject([{ level: "error", fields: { error_name: "Error" } }]);
    expect(JSON.stringify(log.lines)).not.toContain("s3cret");
  });
});

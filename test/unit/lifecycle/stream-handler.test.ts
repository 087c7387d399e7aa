import type { Context, DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import { itemOf } from "../../../lambdas/aws/job-item.ts";
import { type JobChange, streamHandler } from "../../../lambdas/aws/stream-handler.ts";
import type { Job } from "../../../lambdas/core/job.ts";
import { aJob, noon } from "../../support/builders.ts";
import { fakeLog } from "../../support/fakes/log.ts";

const image = (job: Job) => itemOf(job, 30) as NonNullable<DynamoDBRecord["dynamodb"]>["NewImage"];
const record = (sequence: number, before?: Job, after?: Job): DynamoDBRecord => ({
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
) => {
  const log = fakeLog();
  const handler = streamHandler(
    () => ({ log }),
    (_services, changes) => handle(changes),
  );
  const answer = handler({ Records: records } as DynamoDBStreamEvent, {} as Context);
  return { answer, log };
};

describe("a batch of stream records", () => {
  it("reaches the lifecycle as jobs, in order", async () => {
    const [job, gone] = [aJob(), aJob()];
    const seen: unknown[] = [];
    const { answer } = await run(
      [record(1, undefined, job), record(2, job, { ...job, version: 2 }), record(3, gone)],
      async (changes) => {
        seen.push(...changes);
        return undefined;
      },
    );
    expect(await answer).toEqual({ batchItemFailures: [] });
    expect(seen).toEqual([
      { after: job, at: noon },
      { before: job, after: { ...job, version: 2 }, at: noon },
      { before: gone, at: noon },
    ]);
  });

  it("reports the sequence number from which it is to be delivered again", async () => {
    const { answer } = await run(
      [10, 11, 12].map((n) => record(n, undefined, aJob())),
      async () => 1,
    );
    expect(await answer).toEqual({ batchItemFailures: [{ itemIdentifier: "11" }] });
  });

  it("leaves out a record that cannot be read, and reports the right one behind it", async () => {
    const broken = { ...record(10, undefined, aJob()) };
    (broken.dynamodb as { NewImage: unknown }).NewImage = { input: { M: { inline: { S: "{s3cret" } } } };
    const { answer, log } = await run([broken, record(11, undefined, aJob())], async () => 0);
    expect(await answer).toEqual({ batchItemFailures: [{ itemIdentifier: "11" }] });
    expect(log.lines).toMatchObject([{ level: "error", fields: { sequence: "10", key: "JOB#x" } }]);
    expect(JSON.stringify(log.lines)).not.toContain("s3cret");
  });

  it("fails whole when the lifecycle throws, and the log has no text of it", async () => {
    const { answer, log } = await run([record(1, undefined, aJob())], async () => {
      throw new Error("s3cret");
    });
    await expect(answer).rejects.toThrow();
    expect(log.lines).toMatchObject([{ level: "error", fields: { error_name: "Error" } }]);
    expect(JSON.stringify(log.lines)).not.toContain("s3cret");
  });
});

import { SQSClient } from "@aws-sdk/client-sqs";
import { sqsDeadLetters } from "../../../../lambdas/aws/sqs/dead-letters.ts";
import { PermanentError } from "../../../../lambdas/core/kernel/errors.ts";
import { settings } from "../../../support/aws/client-settings.ts";
import { awsError, type Captured, type StubAnswer, stubHandler } from "../../../support/aws/stub-handler.ts";

interface Letter {
  MessageBody: string;
  MessageAttributes: Record<string, { StringValue: string }>;
}

function lettersOn(answer: (request: Captured) => StubAnswer) {
  const requestHandler = stubHandler(answer);
  const client = new SQSClient({ ...settings, maxAttempts: 1, md5: false, requestHandler });
  const deadLetters = sqsDeadLetters({ client, url: "https://sqs.us-east-1.amazonaws.com/000000000000/dead" });
  const sent = () => requestHandler.requests.flatMap(({ body }) => body.Entries as Letter[]);
  return { deadLetters, sent };
}
const letter = (body: unknown) => ({
  body,
  code: "InvalidOutput",
  detail: "It is refused.",
  logFields: { job_id: "j" },
});

describe("a dead letter", () => {
  it("has what was refused as its body, and the reason as attributes", async () => {
    const { deadLetters, sent } = lettersOn(() => ({ body: { Successful: [] } }));
    expect(await deadLetters.keep([letter({ kind: "outcome" })])).toEqual([]);
    expect(sent()).toMatchObject([
      {
        MessageBody: '{"kind":"outcome"}',
        MessageAttributes: { code: { StringValue: "InvalidOutput" }, detail: { StringValue: "It is refused." } },
      },
    ]);
  });

  it("is escaped and cut to what SQS accepts", async () => {
    const { deadLetters, sent } = lettersOn(() => ({ body: { Successful: [] } }));
    await deadLetters.keep([letter("\uffff \ud800"), letter("x".repeat(2_000_000))]);
    const [first, second] = sent();
    expect(first?.MessageBody).toBe('"\\uffff \\ud800"');
    expect(Buffer.byteLength(second?.MessageBody ?? "")).toBeLessThan(1_048_576);
  });

  it.each([
    ["for now", "ThrottlingException", false],
    ["permanently", "InvalidMessageContents", true],
  ])("that is refused %s is returned with an error of the right class", async (_how, name, isPermanent) => {
    const { deadLetters } = lettersOn(() => awsError(name));
    const [refused] = await deadLetters.keep([letter(1)]);
    expect(refused?.index).toBe(0);
    expect(refused?.cause instanceof PermanentError).toBe(isPermanent);
  });
});

import { createHash } from "node:crypto";
import { createServer } from "node:http";

/** A process that answers the AWS calls of first events at once. The SQS client checks the hash of what it sent. */
const answers: Record<string, (body: { MessageBody?: string }) => object> = {
  PutItem: () => ({}),
  Query: () => ({ Items: [], Count: 0, ScannedCount: 0 }),
  SendMessage: ({ MessageBody = "" }) => ({
    MessageId: "1",
    MD5OfMessageBody: createHash("md5").update(MessageBody).digest("hex"),
  }),
};

const server = createServer(async (request, response) => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  const operation = String(request.headers["x-amz-target"]).split(".")[1] ?? "";
  const answer = answers[operation]?.(JSON.parse(Buffer.concat(parts).toString()));
  response.writeHead(answer ? 200 : 400, { "content-type": "application/x-amz-json-1.0" });
  response.end(JSON.stringify(answer ?? { message: `bench/cold-start/instant-aws.ts has no answer for ${operation}` }));
});
server.listen(0, "127.0.0.1", () => process.send?.(server.address()));

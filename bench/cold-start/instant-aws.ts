import { createHash } from "node:crypto";
import { createServer } from "node:http";

/** What first events ask AWS, answered at once by a process of its own. The client checks the hash of what it sent. */
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
  response.end(JSON.stringify(answer ?? { message: `nobody has said what ${operation} answers` }));
});
server.listen(0, "127.0.0.1", () => process.send?.(server.address()));

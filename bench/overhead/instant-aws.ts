import { createHash } from "node:crypto";

interface WireRequest {
  headers: Record<string, string>;
  body?: string | Uint8Array;
}

/** The answer to each operation. A body is parsed only where the answer depends on it. */
const answers: Record<string, (body: () => Record<string, string>, claimed: string) => string> = {
  PutItem: () => "{}",
  UpdateItem: (_, claimed) => claimed,
  // The client checks the hash.
  SendMessage: (body) =>
    JSON.stringify({
      MessageId: "1",
      MD5OfMessageBody: createHash("md5")
        .update(body().MessageBody ?? "")
        .digest("hex"),
    }),
};

/** Replaces the network of an SDK client and answers at once, so that only the work of the client and its caller is left. */
export const instantAws = (claimed = "{}") => ({
  metadata: { handlerProtocol: "http/1.1" },
  async handle({ headers, body }: WireRequest) {
    const operation = headers["x-amz-target"]?.split(".")[1] ?? "";
    const text = () => (typeof body === "string" ? body : new TextDecoder().decode(body));
    const answer = answers[operation]?.(() => JSON.parse(text()), claimed);
    if (answer === undefined) throw new Error(`bench/overhead/instant-aws.ts has no answer for ${operation}`);
    return {
      response: {
        statusCode: 200,
        headers: { "content-type": "application/x-amz-json-1.0" },
        body: Buffer.from(answer),
      },
    };
  },
  destroy() {},
});

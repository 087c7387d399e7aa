import { createHash } from "node:crypto";

interface WireRequest {
  headers: Record<string, string>;
  body?: string | Uint8Array;
}

/** What each operation answers, by its name; its body is parsed where an answer depends on it. */
const answers: Record<string, (body: () => Record<string, string>, claimed: string) => string> = {
  PutItem: () => "{}",
  UpdateItem: (_, claimed) => claimed,
  // The client checks it.
  SendMessage: (body) =>
    JSON.stringify({
      MessageId: "1",
      MD5OfMessageBody: createHash("md5")
        .update(body().MessageBody ?? "")
        .digest("hex"),
    }),
};

/** In the place of an SDK client's network: answers at once, so that what is left is the client's and the caller's own work. */
export const instantAws = (claimed = "{}") => ({
  metadata: { handlerProtocol: "http/1.1" },
  async handle({ headers, body }: WireRequest) {
    const operation = headers["x-amz-target"]?.split(".")[1] ?? "";
    const text = () => (typeof body === "string" ? body : new TextDecoder().decode(body));
    const answer = answers[operation]?.(() => JSON.parse(text()), claimed);
    if (answer === undefined) throw new Error(`nobody has said what ${operation} answers`);
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

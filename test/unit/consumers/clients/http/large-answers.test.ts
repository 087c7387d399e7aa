import { decodeBody, readBytes } from "../../../../../lambdas/consumers/clients/http/read-body.ts";
import { callLambda } from "../../../../../lambdas/consumers/types/function/lambda.ts";
import { anExecution } from "../../../../support/an-execution.ts";

const never = new AbortController().signal;
const json = "application/json";

describe("a JSON response", () => {
  it("is parsed if it is small", () => {
    expect(decodeBody(Buffer.from('{"a":[1,2]}'), json)).toEqual({ body: { a: [1, 2] } });
  });

  it.each([
    ["more than a megabyte", `"${"x".repeat(1_100_000)}"`],
    ["a hundred thousand small values", `[${"{},".repeat(100_000)}{}]`],
  ])("stays a string if it has %s", (_what, text) => {
    expect(decodeBody(Buffer.from(text), json)).toEqual({ body: text, body_encoding: "json" });
  });

  it("of a Lambda function stays a string too", async () => {
    const text = `[${"{},".repeat(100_000)}{}]`;
    const client = { send: async () => ({ Payload: Buffer.from(text) }) };
    const arn = "arn:aws:lambda:us-east-1:000000000000:function:f";
    const callee = { provider: "lambda", arn } as const;
    expect(await callLambda(async () => client as never, callee, "{}", anExecution())).toBe(text);
  });
});

test("a body of control characters is kept as base64", () => {
  const bytes = Buffer.alloc(1000, 1);
  expect(decodeBody(bytes, "text/plain")).toEqual({ body: bytes.toString("base64"), body_encoding: "base64" });
  expect(decodeBody(Buffer.from("\u001b[1mbold\u001b[0m text, and some more of it"), "text/plain").body).toContain(
    "bold",
  );
});

describe("reading a response", () => {
  const asked: number[] = [];
  const room = { forAnswer: async (bytes: number) => void asked.push(bytes) };
  beforeEach(() => {
    asked.length = 0;
  });

  it("of the usual size reserves no memory", async () => {
    await readBytes(new Response("x".repeat(500_000)), never, { limit: 1_000_000, room });
    expect(asked).toEqual([]);
  });

  it("that is large reserves memory once, for the largest possible size", async () => {
    expect(await readBytes(new Response("x".repeat(900_000)), never, { limit: 1_000_000, room })).toHaveLength(900_000);
    expect(asked).toEqual([1_000_000]);
  });

  it("ends with the attempt's timeout while it waits for memory", async () => {
    const attempt = new AbortController();
    const reason = new Error("out of time");
    const full = {
      forAnswer: (_bytes: number, signal: AbortSignal) =>
        new Promise<void>((_, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason));
        }),
    };
    const reading = readBytes(new Response("x".repeat(900_000)), attempt.signal, { limit: 1_000_000, room: full });
    setImmediate(() => attempt.abort(reason));
    await expect(reading).rejects.toBe(reason);
  });
});

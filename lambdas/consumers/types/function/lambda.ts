import type { InvokeCommandOutput, LambdaClient } from "@aws-sdk/client-lambda";
import { JobError } from "../../../core/job/job-error.ts";
import type { Execution } from "../../../core/operations/execution.ts";
import { parseExactly } from "../../../core/schema/exact-json.ts";
import { isSmallJson } from "../../../core/schema/json-values.ts";
import { lambdaFaults } from "../../clients/aws/lambda-faults.ts";
import { clientPerPlace, clientSettings } from "../../clients/aws/regional-clients.ts";
import { faultBy } from "../../clients/fault-table.ts";
import { smallResponseBytes } from "../../clients/http/read-body.ts";
import type { LambdaCallee } from "./target.ts";

export type LambdaClients = (region: string) => Promise<LambdaClient>;

/** Without a request timeout: a function may take 15 minutes, and the job's own timeout ends the wait. */
export const lambdaClients = (): LambdaClients =>
  clientPerPlace(async (region: string) => {
    const { LambdaClient } = await import("@aws-sdk/client-lambda");
    return new LambdaClient(clientSettings({ region }));
  });

/** What a synchronous invocation takes: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const largestPayload = 6 * 1024 * 1024;

/**
 * Invokes the function and waits; resolves with what it returned. A job that times out stops waiting, but the function
 * runs on: AWS offers no way to end it.
 */
export async function callLambda(
  clients: LambdaClients,
  { arn }: LambdaCallee,
  payload: string,
  { idempotencyKey, signal, room }: Pick<Execution, "idempotencyKey" | "signal" | "room">,
): Promise<unknown> {
  if (Buffer.byteLength(payload) > largestPayload) {
    throw new JobError("VALIDATION_ERROR", "The payload is larger than the 6 MB that a Lambda function takes.");
  }
  const { InvokeCommand } = await import("@aws-sdk/client-lambda");
  const command = new InvokeCommand({
    FunctionName: arn,
    InvocationType: "RequestResponse",
    ClientContext: clientContext(idempotencyKey),
    Payload: payload,
  });
  const client = await clients(arn.split(":")[3] as string);
  let answer: InvokeCommandOutput;
  try {
    answer = await client.send(command, { abortSignal: signal });
  } catch (error) {
    throw signal.aborted ? signal.reason : faultBy(lambdaFaults, error);
  }
  const bytes = answer.Payload ?? new Uint8Array();
  if (answer.FunctionError !== undefined) throw functionFailed(Buffer.from(bytes).toString());
  if (bytes.byteLength > smallResponseBytes) await room.forAnswer(bytes.byteLength, signal);
  const text = Buffer.from(bytes).toString();
  // What is too large to be taken apart is kept as the text that it is.
  return isSmallJson(bytes) ? parsed(text) : text;
}

/**
 * How a function recognises a repetition: `context.clientContext.custom.idempotency_key` (Node.js; `client_context` in
 * Python). The payload stays what the caller sent.
 */
const clientContext = (idempotencyKey: string): string =>
  Buffer.from(JSON.stringify({ custom: { idempotency_key: idempotencyKey } })).toString("base64");

/** JSON from a managed runtime; a custom one may answer any text. */
function parsed(text: string): unknown {
  if (text === "") return null;
  try {
    return parseExactly(text);
  } catch {
    return text;
  }
}

/** The error's type is a name in the function's code; its message and trace may quote the payload, so they stay out. */
function functionFailed(text: string): JobError {
  const { errorType } = Object(parsed(text)) as { errorType?: unknown };
  const named = typeof errorType === "string" && /^[A-Za-z][\w.$:]{0,99}$/.test(errorType) ? ` with ${errorType}` : "";
  return new JobError("PROVIDER_ERROR", `The function failed${named}; its own log has the rest.`, { retryable: true });
}

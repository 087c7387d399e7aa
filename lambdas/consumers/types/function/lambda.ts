import type { InvokeCommandOutput } from "@aws-sdk/client-lambda";
import { JobError } from "../../../core/job/job-error.ts";
import type { TraceHeaders } from "../../../core/job/trace.ts";
import { parseExactly } from "../../../core/kernel/exact-json.ts";
import { isSmallJson } from "../../../core/kernel/json-values.ts";
import type { Execution } from "../../../core/operations/execution.ts";
import { type LambdaClients, largestPayload } from "../../clients/aws/lambda-clients.ts";
import { lambdaFaults } from "../../clients/aws/lambda-faults.ts";
import { faultBy } from "../../clients/fault-table.ts";
import { smallResponseBytes } from "../../clients/http/read-body.ts";
import type { LambdaCallee } from "./target.ts";

/**
 * Invokes the function, and resolves with what it returned. Without a payload the request is empty. A job that times out stops waiting, but the function keeps running:
 * AWS offers no way to end it.
 */
export async function callLambda(
  clients: LambdaClients,
  { arn }: LambdaCallee,
  payload: string | undefined,
  { idempotencyKey, signal, room, trace }: Pick<Execution, "idempotencyKey" | "signal" | "room" | "trace">,
): Promise<unknown> {
  if (Buffer.byteLength(payload ?? "") > largestPayload) {
    throw new JobError("VALIDATION_ERROR", "The payload is larger than the 6 MB that a Lambda function accepts.");
  }
  const { InvokeCommand } = await import("@aws-sdk/client-lambda");
  const command = new InvokeCommand({
    FunctionName: arn,
    InvocationType: "RequestResponse",
    ClientContext: clientContext({ idempotency_key: idempotencyKey, ...trace }),
    ...(payload !== undefined && { Payload: payload }),
  });
  const client = await clients(arn.split(":")[3] as string);
  let answer: InvokeCommandOutput;
  try {
    answer = await client.send(command, { abortSignal: signal });
  } catch (error) {
    throw signal.aborted ? signal.reason : faultBy(lambdaFaults, error);
  }
  const bytes = answer.Payload ?? new Uint8Array();
  if (answer.FunctionError !== undefined) throw functionFailed(Buffer.from(bytes).toString(), payload ?? "");
  if (bytes.byteLength > smallResponseBytes) await room.forAnswer(bytes.byteLength, signal);
  const text = Buffer.from(bytes).toString();
  // What is too large or too deep to parse is kept as a string.
  return isSmallJson(bytes) ? parseResult(text) : text;
}

/**
 * How a function recognises a repetition: `context.clientContext.custom.idempotency_key` (Node.js; `client_context` in
 * Python). The trace of the attempt stands beside it. The payload stays what the caller sent.
 */
const clientContext = (custom: { idempotency_key: string } & Partial<TraceHeaders>): string =>
  Buffer.from(JSON.stringify({ custom })).toString("base64");

/** Parses the answer: managed runtimes answer JSON, custom ones any string. */
function parseResult(text: string): unknown {
  if (text === "") return null;
  try {
    return parseExactly(text);
  } catch {
    return text;
  }
}

/** The message has the type of the error, which is a name in the function's code, but not its text, which may quote the payload. */
function functionFailed(text: string, payload: string): JobError {
  const { errorType } = Object(parseResult(text)) as { errorType?: unknown };
  const named = typeof errorType === "string" && /^[A-Za-z][\w.$:]{0,99}$/.test(errorType) ? ` with ${errorType}` : "";
  return new JobError("PROVIDER_ERROR", `The function failed${named}; its own log has the details.`, {
    retryable: true,
    // A name that stands in the payload may be one of its values.
    providerCode: named !== "" && !payload.includes(String(errorType)) ? String(errorType) : undefined,
  });
}

import type { InvokeCommandOutput } from "@aws-sdk/client-lambda";
import { aboutOf, type CodeMessage } from "../../../core/job/code-bundle.ts";
import { JobError } from "../../../core/job/job-error.ts";
import type { CodeInvoker } from "../../../core/ports/code-invoker.ts";
import { parseCodeAnswer } from "../code/parse-code-answer.ts";
import { faultBy } from "../fault-table.ts";
import { smallResponseBytes } from "../http/read-body.ts";
import { type LambdaClients, largestPayload } from "./lambda-clients.ts";
import { lambdaFaults } from "./lambda-faults.ts";

/** The code of the products in the Lambda functions that the deployment has made of it. */
export const lambdaCode = (
  clients: LambdaClients,
  { nameOf, region }: { nameOf: (product: string) => string; region: () => string },
): CodeInvoker => ({
  async call(product, message, { signal, room }) {
    const payload = JSON.stringify(message);
    if (Buffer.byteLength(payload) > largestPayload)
      throw new JobError("VALIDATION_ERROR", "The payload is larger than the 6 MB that a function takes.");
    const { InvokeCommand } = await import("@aws-sdk/client-lambda");
    const command = new InvokeCommand({
      FunctionName: nameOf(product),
      InvocationType: "RequestResponse",
      Payload: payload,
    });
    let answer: InvokeCommandOutput;
    try {
      answer = await (await clients(region())).send(command, { abortSignal: signal });
    } catch (error) {
      throw signal.aborted ? signal.reason : faultBy(lambdaFaults, error);
    }
    const bytes = answer.Payload ?? new Uint8Array();
    if (answer.FunctionError !== undefined) throw endedProcess(message, Buffer.from(bytes).toString());
    if (bytes.byteLength > smallResponseBytes) await room.forAnswer(bytes.byteLength, signal);
    return parseCodeAnswer(bytes);
  },

  async send(product, message, { signal }) {
    const { InvokeCommand } = await import("@aws-sdk/client-lambda");
    const Payload = JSON.stringify(message);
    const command = new InvokeCommand({ FunctionName: nameOf(product), InvocationType: "Event", Payload });
    try {
      await (await clients(region())).send(command, { abortSignal: signal });
    } catch (error) {
      throw signal.aborted ? signal.reason : faultBy(lambdaFaults, error);
    }
  },
});

/** The process of a function has ended without an answer. Lambda says how, in its own words. */
export function endedProcess(message: CodeMessage, payload: string): JobError {
  const { name, job_id } = aboutOf(message);
  const { errorType = "", errorMessage = "" } = detailsIn(payload);
  if (errorType === "Sandbox.Timedout" || /Task timed out/.test(errorMessage))
    return new JobError(
      "TIMEOUT",
      `${name} was ended: it had not answered within the time-out of its Lambda function.`,
    );
  const how = howEnded(errorType, errorMessage);
  const text = `The process of ${name} ended before it answered: ${how}. Its log has the lines of ${job_id}.`;
  return new JobError("PROVIDER_ERROR", text, { retryable: true });
}

function howEnded(type: string, message: string): string {
  if (/OutOfMemory/.test(type) || /signal: (killed|aborted)/.test(message))
    return "it was out of memory, or was killed";
  if (/UnhandledPromiseRejection/.test(type)) return "a promise was rejected that nothing awaits";
  if (/ImportModule|UserCodeSyntax|HandlerNotFound|MalformedHandler/.test(type)) return "its code does not load";
  return "it called process.exit, or threw outside of the function";
}

function detailsIn(payload: string): { errorType?: string; errorMessage?: string } {
  try {
    const { errorType, errorMessage } = Object(JSON.parse(payload)) as Record<string, unknown>;
    return { errorType: String(errorType ?? ""), errorMessage: String(errorMessage ?? "") };
  } catch {
    return {};
  }
}

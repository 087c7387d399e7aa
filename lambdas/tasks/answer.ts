import { isFinished } from "../core/job/job.ts";
import { PermanentError } from "../core/kernel/errors.ts";
import type { Recent } from "../core/kernel/recent.ts";
import { load } from "../core/operations/payload.ts";
import { heartbeatName, heartbeatSeconds, nextHeartbeat } from "../core/outbound/task.ts";
import type { Outcome, TaskMessage } from "../core/outbound/task-message.ts";
import type { BlobStore } from "../core/ports/blob-store.ts";
import type { MessageQueue } from "../core/ports/job-queue.ts";
import type { JobStore } from "../core/ports/job-store.ts";
import type { Log } from "../core/ports/log.ts";
import type { TaskAnswer, Tasks } from "../core/ports/tasks.ts";
import { redact } from "../core/queries/redact.ts";
import { resultUrlSeconds } from "../core/queries/result-view.ts";

interface TaskServices {
  tasks: Tasks;
  jobs: Pick<JobStore, "get">;
  blobs: Pick<BlobStore, "get" | "downloadUrl">;
  /** The queue that this function reads: each heartbeat sends the message of the next one. */
  queue: MessageQueue<TaskMessage>;
  /** The heartbeats that this process has sent recently, so that a duplicate message starts no second chain. */
  sentHeartbeats: Recent;
  log: Log;
}

/**
 * Reports the outcome or the heartbeat of a message to Step Functions. Throws if the message has to be redelivered, and a
 * PermanentError once only tasks remain that can never be answered. A report that no task waits for is dropped.
 */
export async function answerTask(services: TaskServices, message: TaskMessage): Promise<void> {
  if (message.kind === "heartbeat") return answerHeartbeat(services, message);
  const report = await reporterOf(services, message.job_id, message.outcome);
  const reports = message.tokens.map(async (token) => {
    if ((await report(token)) === "closed") services.log.warn("no task waits for the job", taskFields(message));
  });
  const failed = (await Promise.allSettled(reports)).filter((one) => one.status === "rejected");
  const [first] = [...failed.filter(({ reason }) => !(reason instanceof PermanentError)), ...failed];
  if (first) throw first.reason;
}

/** What a log line says about a message. Never the token: anyone who knows it can answer the task. */
export const taskFields = ({ job_id, kind }: TaskMessage) => ({ job_id, kind });

/** Prepares the call that reports an outcome to a task, so that a result is read once for all tasks. */
async function reporterOf(
  { tasks, blobs }: TaskServices,
  job_id: string,
  outcome: Outcome,
): Promise<(token: string) => Promise<TaskAnswer>> {
  if (outcome.status !== "completed") return (token) => tasks.fail(token, outcome.error, outcome.cause);
  const output = await taskOutputOf(blobs, job_id, outcome);
  return (token) => tasks.succeed(token, output);
}

/**
 * How many bytes of JSON the output of a state may have.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html
 */
export const largestOutput = 262_144;
/** For what surrounds the result: the id, the status, the punctuation. */
const frameBytes = 512;

async function taskOutputOf(
  blobs: TaskServices["blobs"],
  job_id: string,
  { status, result, redact: hidden = [] }: Extract<Outcome, { status: "completed" }>,
): Promise<string> {
  if (result === undefined) return JSON.stringify({ job_id, status });
  const frame = { job_id, status };
  if ("blob" in result && result.bytes > largestOutput - frameBytes) {
    const result_bytes = result.bytes;
    // The download would have the parts that are hidden.
    if (hidden.length > 0) return JSON.stringify({ ...frame, result_bytes });
    const result_url = await blobs.downloadUrl(result.blob, resultUrlSeconds);
    return JSON.stringify({ ...frame, result_url, result_bytes });
  }
  const output = JSON.stringify({ ...frame, result: redact(await load(blobs, result), hidden).value });
  // What stands for a hidden part may be longer than the part.
  const isTooLong = "blob" in result && Buffer.byteLength(output) > largestOutput;
  return isTooLong ? JSON.stringify({ ...frame, result_bytes: result.bytes }) : output;
}

/**
 * Sends a heartbeat and the message of the next one, until the job ends or the task no longer waits. A heartbeat says that
 * the job is recorded, not that a process is alive: a recorded job reaches its end even if its consumer crashes.
 */
async function answerHeartbeat(services: TaskServices, message: Heartbeat): Promise<void> {
  const { sentHeartbeats } = services;
  const name = heartbeatName(message);
  if (name === undefined) return sendHeartbeat(services, message);
  if (sentHeartbeats.has(name)) return;
  sentHeartbeats.add(name);
  try {
    await sendHeartbeat(services, message);
  } catch (error) {
    sentHeartbeats.forget(name);
    throw error;
  }
}

type Heartbeat = Extract<TaskMessage, { kind: "heartbeat" }>;

async function sendHeartbeat(services: TaskServices, message: Heartbeat): Promise<void> {
  const { tasks, jobs, queue, log } = services;
  const job = await jobs.get(message.job_id);
  if (!job || isFinished(job) || !job.task_tokens?.includes(message.token)) return;
  if ((await tasks.heartbeat(message.token)) === "closed") {
    log.warn("no task waits for the job", taskFields(message));
    return;
  }
  const next = message.at === undefined ? message : nextHeartbeat(message, message.at);
  await queue.send(next, { delaySeconds: heartbeatSeconds, group: message.job_id });
}

import { PermanentError } from "../core/errors.ts";
import { isFinished } from "../core/job/job.ts";
import { load } from "../core/operations/payload.ts";
import type { Recent } from "../core/operations/recent.ts";
import { heartbeatName, heartbeatSeconds, nextHeartbeat } from "../core/outbound/task.ts";
import type { Outcome, TaskMessage } from "../core/outbound/task-message.ts";
import type { TaskAnswer, Tasks } from "../core/ports/outbound-ports.ts";
import type { BlobStore, JobStore, Log, MessageQueue } from "../core/ports/ports.ts";
import { resultUrlSeconds } from "../core/queries/result-view.ts";

export interface TaskServices {
  tasks: Tasks;
  jobs: Pick<JobStore, "get">;
  blobs: Pick<BlobStore, "get" | "downloadUrl">;
  /** Its own queue: a heartbeat sends the next one. */
  queue: MessageQueue<TaskMessage>;
  /** The heartbeats that this process has sent: what SQS or the stream has doubled goes on once. */
  sentHeartbeats: Recent;
  log: Log;
}

/**
 * Tells Step Functions what a message says. Throws when it is to be said again, a PermanentError when it can never be said
 * to one of the tasks and all others were told; what nobody waits for is dropped.
 */
export async function answerTask(services: TaskServices, message: TaskMessage): Promise<void> {
  if (message.kind === "heartbeat") return beat(services, message);
  const say = await saying(services, message.job_id, message.outcome);
  const told = message.tokens.map(async (token) => {
    if ((await say(token)) === "closed") services.log.warn("no task waits for the job", about(message));
  });
  const failed = (await Promise.allSettled(told)).filter((one) => one.status === "rejected");
  const [first] = [...failed.filter(({ reason }) => !(reason instanceof PermanentError)), ...failed];
  if (first) throw first.reason;
}

/** The token stays out of it: who knows it can answer the task. */
export const about = ({ job_id, kind }: TaskMessage) => ({ job_id, kind });

async function saying(
  { tasks, blobs }: TaskServices,
  job_id: string,
  outcome: Outcome,
): Promise<(token: string) => Promise<TaskAnswer>> {
  if (outcome.status !== "completed") return (token) => tasks.fail(token, outcome.error, outcome.cause);
  const output = await outputOf(blobs, job_id, outcome);
  return (token) => tasks.succeed(token, output);
}

/**
 * Bytes of JSON that a state's output may have.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html
 */
export const largestOutput = 262_144;
/** Around the result: the id, the status, the punctuation. */
const frameBytes = 512;

async function outputOf(
  blobs: TaskServices["blobs"],
  job_id: string,
  { status, result }: Extract<Outcome, { status: "completed" }>,
): Promise<string> {
  if (result === undefined) return JSON.stringify({ job_id, status });
  if ("blob" in result && result.bytes > largestOutput - frameBytes) {
    const result_url = await blobs.downloadUrl(result.blob, resultUrlSeconds);
    return JSON.stringify({ job_id, status, result_url, result_bytes: result.bytes });
  }
  return JSON.stringify({ job_id, status, result: await load(blobs, result) });
}

/**
 * One heartbeat, and the message that brings the next one, as long as the job goes on and the task waits for it. It
 * vouches for the job, not for a process: a job that is recorded reaches its end, whichever consumer crashes meanwhile.
 */
async function beat(services: TaskServices, message: Heartbeat): Promise<void> {
  const { sentHeartbeats } = services;
  const name = heartbeatName(message);
  if (name === undefined) return beatOnce(services, message);
  if (sentHeartbeats.has(name)) return;
  sentHeartbeats.add(name);
  try {
    await beatOnce(services, message);
  } catch (error) {
    sentHeartbeats.forget(name);
    throw error;
  }
}

type Heartbeat = Extract<TaskMessage, { kind: "heartbeat" }>;

async function beatOnce(services: TaskServices, message: Heartbeat): Promise<void> {
  const { tasks, jobs, queue, log } = services;
  const job = await jobs.get(message.job_id);
  if (!job || isFinished(job) || !job.task_tokens?.includes(message.token)) return;
  if ((await tasks.heartbeat(message.token)) === "closed") {
    log.warn("no task waits for the job", about(message));
    return;
  }
  const next = message.at === undefined ? message : nextHeartbeat(message, message.at);
  await queue.send(next, { delaySeconds: heartbeatSeconds, group: message.job_id });
}

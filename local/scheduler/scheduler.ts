import { QueueDoesNotExist, SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { Work } from "../clock/work.ts";
import { serve } from "../gateway/http.ts";
import { handleScheduler } from "./api.ts";
import { openScheduleStore, type Schedule, type ScheduleStore } from "./store.ts";

interface SchedulerOptions {
  file: string;
  sqs: SQSClient;
  queueUrl: (name: string) => string;
  /** How many milliseconds late a schedule fires. Default: up to 60 s at random, as in AWS. */
  lateness?: () => number;
}

export interface SchedulerStandIn extends Work {
  url: string;
  close(): Promise<void>;
}

const longestSleepMs = 60_000;
const retryMs = 5_000;

/** Stands in for EventBridge Scheduler. Schedules that fell due while it was down fire at start. */
export async function startScheduler({ file, sqs, queueUrl, lateness }: SchedulerOptions): Promise<SchedulerStandIn> {
  const store = openScheduleStore(file);
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let closed = false;

  const arm = (atLeastMs = 0) => {
    clearTimeout(timer);
    const next = store.nextAt();
    if (closed || next === null) return;
    const wait = Math.min(longestSleepMs, Math.max(atLeastMs, next - Date.now()));
    timer = setTimeout(() => {
      running ??= fireDue().finally(() => {
        running = undefined;
      });
    }, wait);
  };
  const fireDue = async () => {
    let failed = false;
    for (const schedule of store.due(Date.now())) {
      if (closed) return;
      await fire(store, sqs, queueUrl, schedule).catch((error: unknown) => {
        failed = true;
        console.error(`schedule ${schedule.name} was not delivered and will be retried:`, error);
      });
    }
    arm(failed ? retryMs : 0);
  };

  const server = await serve((request, response) =>
    handleScheduler(
      { store, lateness: lateness ?? (() => Math.random() * 60_000), changed: () => arm() },
      request,
      response,
    ),
  );
  arm();
  return {
    url: server.url,
    busy: () => {
      const due = (store.nextAt() ?? Number.POSITIVE_INFINITY) <= Date.now();
      return due || running ? "a schedule fires" : undefined;
    },
    nextAt: () => store.nextAt() ?? undefined,
    moved: () => arm(),
    close: async () => {
      closed = true;
      clearTimeout(timer);
      await server.close();
      await running;
      store.close();
    },
  };
}

const nameIn = (arn: string) => arn.slice(arn.lastIndexOf(":") + 1);

/** Sends the message, then removes the schedule: a crash in between sends it twice, which the Scheduler may do as well. */
async function fire(store: ScheduleStore, sqs: SQSClient, queueUrl: (name: string) => string, schedule: Schedule) {
  const { Target, ActionAfterCompletion } = schedule.body;
  const send = (arn: string) =>
    sqs.send(new SendMessageCommand({ QueueUrl: queueUrl(nameIn(arn)), MessageBody: Target.Input ?? "{}" }));
  try {
    await send(Target.Arn);
  } catch (error) {
    const deadLetters = Target.DeadLetterConfig?.Arn;
    if (!(error instanceof QueueDoesNotExist) || deadLetters === undefined) throw error;
    await send(deadLetters);
  }
  // Read again, because it may have been deleted or changed while the message was being sent.
  const current = store.get(schedule.group, schedule.name);
  if (current?.firesAt !== schedule.firesAt) return;
  if (ActionAfterCompletion === "DELETE") store.remove(schedule.group, schedule.name);
  else store.put({ ...schedule, firesAt: null });
}

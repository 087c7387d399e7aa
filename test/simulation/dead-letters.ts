import type { JobEvent } from "../../lambdas/core/job/job-event.ts";
import { PermanentError } from "../../lambdas/core/kernel/errors.ts";
import type { TaskMessage } from "../../lambdas/core/outbound/task-message.ts";
import type { Delivery } from "../../lambdas/core/outbound/webhook.ts";
import type { DeadLetter, DeadLetters } from "../../lambdas/core/ports/dead-letters.ts";
import type { Refused } from "../../lambdas/core/ports/refused.ts";
import { Injected, type World } from "./adversary.ts";
import type { DueEvent } from "./ledger.ts";
import type { Poison } from "./poison.ts";

/** The name of something that is permanently refused: the same in each message about it, and in its dead letter. */
export const nameOfEvent = ({ name, detail }: JobEvent) => `event ${detail.job_id} ${name} ${detail.version}`;
export const nameOfDelivery = ({ type, data }: Delivery) => `delivery ${data.job_id} ${type} ${data.version}`;
export const nameOfTask = (message: TaskMessage) =>
  `${message.kind} ${message.job_id} ${message.kind === "outcome" ? message.tokens.join(" ") : message.token}`;
/** The record kept for a write that our code cannot handle. */
export interface WriteRecord {
  id: string;
  version: number;
}
export const nameOfWrite = ({ id, version }: WriteRecord) => `write ${id} ${version}`;

/** Whether our code cannot handle the write behind this event, so that the event is not published. */
export const isUnreadable = (poison: Poison, id: string, { write }: DueEvent): boolean =>
  poison.write(nameOfWrite({ id, version: write }));

export const neverTaken = () => new PermanentError("InvalidMessageContents", "SQS will never take it");

export interface WatchedLetters extends DeadLetters {
  has(name: string): boolean;
  /** Whether a write of this job is among them. */
  hasWriteOf(id: string): boolean;
}

/** Invariant 11: what AWS permanently refuses is kept, and nothing else is set aside. */
export function watchedLetters({ random, hardship, observer, poison }: World): WatchedLetters {
  const kept = new Set<string>();
  const nameOf = ({ body }: DeadLetter): [name: string, isPoison: boolean] => {
    const letter = body as JobEvent | Delivery | TaskMessage | WriteRecord;
    if ("kind" in letter) return [nameOfTask(letter), poison.sent(nameOfTask(letter))];
    if ("webhook" in letter) return [nameOfDelivery(letter), poison.sent(nameOfDelivery(letter))];
    if ("detail" in letter) return [nameOfEvent(letter), poison.sent(nameOfEvent(letter))];
    return [nameOfWrite(letter), poison.write(nameOfWrite(letter))];
  };
  return {
    has: (name) => kept.has(name),
    hasWriteOf: (id) => [...kept].some((name) => name.startsWith(`write ${id} `)),
    async keep(letters) {
      const refused: Refused[] = [];
      for (const [index, letter] of letters.entries()) {
        const [name, isPoison] = nameOf(letter);
        if (!isPoison) observer.violated(11, `${name} was set aside, although it would have been taken`);
        if (random.chance(hardship.refuse)) refused.push({ index, cause: new Injected("SQS refused a letter") });
        else {
          observer.cover(`set aside: ${name.split(" ")[0]}`);
          kept.add(name);
        }
      }
      return refused;
    },
  };
}

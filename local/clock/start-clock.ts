import { type Item, jobFrom, jobIdOf } from "../../lambdas/aws/dynamodb/job-item.ts";
import { jobSortKey, sortKey } from "../../lambdas/topology.ts";
import type { Handler } from "../gateway/http.ts";
import { scanJobs } from "../servers/scan-jobs.ts";
import type { Feed } from "../stream/feed.ts";
import type { ItemChange } from "../stream/front.ts";
import { makeClock } from "./clock.ts";
import { handleClock } from "./handle.ts";
import type { OffsetFile } from "./offset-file.ts";
import type { Overdue } from "./overdue.ts";
import { isFromLaterThan } from "./reset.ts";
import type { Work } from "./work.ts";
import { feedWork } from "./works.ts";

interface StartClockOptions {
  file: OffsetFile;
  /** The URL of the table. */
  dynamodb: string;
  overdue: Overdue;
  /** Everything in which things can fall due. */
  works: readonly Work[];
  feed: Feed;
  sendOffset: (offsetMs: number) => void;
}

/** The local clock. It costs nothing until it is first moved. */
export function startClock({ file, dynamodb, overdue, works, feed, sendOffset }: StartClockOptions) {
  let watched: Promise<void> | undefined;
  const watch = async () => {
    await scanJobs(dynamodb, overdue.stored);
    overdue.allStored();
  };
  const onMoving = async (moving: boolean) => {
    feed.hurry(moving);
    for (const work of works) work.moving?.(moving);
    watched ??= watch();
    await watched;
  };
  const clock = makeClock({ file, works: [...works, feedWork(feed)], sendOffset, onMoving });
  const dependsOn = async (now: number) => {
    let found = false;
    await scanJobs(dynamodb, (job) => {
      found ||= isFromLaterThan(now, job);
    });
    return found;
  };
  const handle: Handler = (request, response) => handleClock({ clock, dependsOn }, request, response);
  return {
    handle,
    wrote(changes: readonly ItemChange[]): void {
      if (!watched) return;
      for (const { key, before, after } of changes) {
        // A message to runs, for which their queue is looked at.
        if ((key[sortKey] as { S?: string }).S !== jobSortKey) continue;
        const [was, is] = [before, after].map((image) => image && jobFrom(image as Item));
        overdue.wrote(jobIdOf(key as Item), is);
        clock.wrote({ ...(was && { before: was }), ...(is && { after: is }), at: Date.now() });
      }
    },
    close: clock.close,
  };
}

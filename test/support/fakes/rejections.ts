import { eventDocs } from "../../../lambdas/api/schemas/events.ts";
import type { Rejection } from "../../../lambdas/core/job/job-rejected.ts";
import type { Rejections } from "../../../lambdas/core/ports/rejections.ts";
import { rejectedEvent } from "../../../lambdas/topology.ts";
import { throttled } from "./failures.ts";

export interface FakeRejections extends Rejections {
  /** What was announced and kept, in order. */
  rejected: Rejection[];
  /** Whether AWS temporarily refuses one. */
  refuses: (rejection: Rejection) => boolean;
}

/** Remembers what is rejected; throws if an event does not match `GET /events.json`. */
export function fakeRejections(): FakeRejections {
  const rejections: FakeRejections = {
    rejected: [],
    refuses: () => false,
    async reject(all) {
      for (const { detail } of all) eventDocs[rejectedEvent]?.detail.strict().parse(detail);
      const refused = [...all.entries()].filter(([, one]) => rejections.refuses(one)).map(([index]) => index);
      rejections.rejected.push(...structuredClone(all.filter((_, index) => !refused.includes(index))));
      return refused.map((index) => ({ index, cause: throttled("AWS refused") }));
    },
  };
  return rejections;
}

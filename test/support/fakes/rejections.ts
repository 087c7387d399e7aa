import type { Rejections } from "../../../lambdas/core/ports.ts";
import type { Rejection } from "../../../lambdas/core/rejection.ts";

export interface FakeRejections extends Rejections {
  /** What was told and kept, in order. */
  rejected: Rejection[];
  /** Whether AWS refuses to take one for now. */
  refuses: (rejection: Rejection) => boolean;
}

/** Remembers what is rejected. */
export function fakeRejections(): FakeRejections {
  const rejections: FakeRejections = {
    rejected: [],
    refuses: () => false,
    async reject(all) {
      const refused = [...all.entries()].filter(([, one]) => rejections.refuses(one)).map(([index]) => index);
      rejections.rejected.push(...structuredClone(all.filter((_, index) => !refused.includes(index))));
      return refused.map((index) => ({ index, cause: new Error("AWS refused") }));
    },
  };
  return rejections;
}

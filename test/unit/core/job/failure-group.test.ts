import {
  type Failed,
  failureGroupOf,
  mergedGroup,
  mergedGroups,
  otherOf,
} from "../../../../lambdas/core/job/failure-group.ts";
import { noon } from "../../../support/builders.ts";

const failed = (overrides: Partial<Failed> = {}): Failed => ({
  job_id: "job_1",
  event: "charge",
  type: "action",
  at: noon,
  code: "PROVIDER_ERROR",
  message: "Order 17 was declined.",
  ...overrides,
});
const fingerprint = (overrides: Partial<Failed> = {}) => failureGroupOf(failed(overrides)).fingerprint;

it.each<[string, Partial<Failed>, boolean]>([
  ["another job and time", { job_id: "job_2", at: noon + 5 }, true],
  ["another number in its message", { message: "Order 18 was declined." }, true],
  ["another message", { message: "Order 17 was lost." }, false],
  ["another event", { event: "refund" }, false],
  ["another code", { code: "TIMEOUT" }, false],
  ["a provider's code", { provider_code: "card_declined" }, false],
])("a failure with %s: same group is %s", (_what, overrides, same) => {
  expect(fingerprint(overrides) === fingerprint()).toBe(same);
});

it("a group of failures has a short fingerprint and its normalised message", () => {
  expect(failureGroupOf(failed())).toEqual({
    fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
    event: "charge",
    type: "action",
    code: "PROVIDER_ERROR",
    message: "Order <number> was declined.",
    count: 1,
    first_at: noon,
    last_at: noon,
    sample_job_id: "job_1",
  });
});

it("parts of a group of failures add up in any order", () => {
  const [early, late] = [failureGroupOf(failed()), failureGroupOf(failed({ at: noon + 9, job_id: "job_2" }))];
  const whole = { ...late, count: 2, first_at: noon };
  expect(mergedGroup(early, late)).toEqual(whole);
  expect(mergedGroup(late, early)).toEqual(whole);
  const another = failureGroupOf(failed({ event: "refund" }));
  expect(mergedGroups([early, another, late])).toEqual([whole, another]);
});

it("failures beyond the groups have one fingerprint and no provider's code", () => {
  const [one, two] = [
    otherOf(failureGroupOf(failed({ provider_code: "x" }))),
    otherOf(failureGroupOf(failed({ event: "refund" }))),
  ];
  expect(one.fingerprint).toBe(two.fingerprint);
  expect(one).not.toHaveProperty("provider_code");
  expect(mergedGroups([one, two])).toMatchObject([{ event: "refund", count: 2 }]);
});

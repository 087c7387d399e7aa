import { approvalIdOf, jobIdOfApproval } from "../../../../lambdas/core/job/approval.ts";
import { readApprovalToken, tokenOf } from "../../../../lambdas/core/job/approval-token.ts";
import { keysIn } from "../../../../lambdas/core/job/signed-token.ts";
import { fc } from "../../../support/properties.ts";

const job = { id: `job_${"0a1b2c3d".repeat(4)}`, created_at: 1, run: 1, attempt: 1 };
const id = approvalIdOf(job, "main.decision");
const token = tokenOf({ id, recipient: 0 }, "a key");

describe("the token of an approval", () => {
  it("says which approval and which recipient, and is the same each time", () => {
    expect(token).toMatch(/^[\w-]{60}$/);
    expect(tokenOf({ id, recipient: 0 }, "a key")).toBe(token);
    expect(readApprovalToken(token, ["a key"])).toEqual({ id, recipient: 0 });
    expect(readApprovalToken(tokenOf({ id, recipient: 9 }, "a key"), ["a key"])).toEqual({ id, recipient: 9 });
  });

  it("is another one for each run, attempt, step and recipient", () => {
    const ids = [job, { ...job, run: 2 }, { ...job, attempt: 2 }, { ...job, created_at: 2 }].map((one) =>
      approvalIdOf(one, "main.decision"),
    );
    const all = [...ids, approvalIdOf(job, "main.other")].flatMap((one) =>
      [0, 1].map((recipient) => tokenOf({ id: one, recipient }, "a key")),
    );
    expect(new Set(all).size).toBe(10);
    expect(jobIdOfApproval(id)).toBe(job.id);
  });

  it("is worth nothing without the key", () => {
    expect(readApprovalToken(token, ["another key"])).toBeUndefined();
    expect(readApprovalToken(token, [])).toBeUndefined();
  });

  it("stays good while a new key is before the old one", () => {
    expect(readApprovalToken(token, keysIn(" new key \n"))).toBeUndefined();
    expect(readApprovalToken(tokenOf({ id, recipient: 1 }, "old"), keysIn("new\nold"))).toEqual({ id, recipient: 1 });
  });

  it.each([
    ["nothing", ""],
    ["one that was cut", token.slice(0, -1)],
    ["one with more behind it", `${token}A`],
    ["one with another alphabet", `${token.slice(0, -1)}+`],
    ["a path", "../../v1/jobs"],
    ["a text of 60 letters", "x".repeat(60)],
  ])("refuses %s", (_, text) => {
    expect(readApprovalToken(text, ["a key"])).toBeUndefined();
  });

  it("is refused with any character changed", () => {
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    fc.assert(
      fc.property(fc.nat(59), fc.constantFrom(...alphabet), (at, character) => {
        const changed = token.slice(0, at) + character + token.slice(at + 1);
        expect(readApprovalToken(changed, ["a key"])).toEqual(changed === token ? { id, recipient: 0 } : undefined);
      }),
    );
  });

  it("takes any text without fault", () => {
    fc.assert(fc.property(fc.string(), (text) => expect(readApprovalToken(text, ["a key"])).toBeUndefined()));
  });
});

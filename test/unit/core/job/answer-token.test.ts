import { answerTokenOf, readAnswerToken } from "../../../../lambdas/core/job/answer-token.ts";
import { tokenOf } from "../../../../lambdas/core/job/approval-token.ts";
import { newJobId } from "../../../../lambdas/core/job/job-id.ts";

const handed = { job_id: newJobId(), run: 2, attempt: 3, claim_id: crypto.randomUUID() };
const token = answerTokenOf(handed, "first");

describe("the token of an answer", () => {
  it("says which attempt it may end, by each of the keys that are in use", () => {
    expect(readAnswerToken(token, ["first"])).toEqual(handed);
    expect(readAnswerToken(token, ["new", "first"])).toEqual(handed);
  });

  it("is worth nothing with another key, or with another attempt, run, claim or job in it", () => {
    expect(readAnswerToken(token, ["second"])).toBeUndefined();
    expect(readAnswerToken(token, [])).toBeUndefined();
    for (const other of [{ run: 3 }, { attempt: 4 }, { claim_id: crypto.randomUUID() }, { job_id: newJobId() }]) {
      const [, mac = ""] = /\.([^.]*)$/.exec(token) ?? [];
      const forged = answerTokenOf({ ...handed, ...other }, "guessed").replace(/\.[^.]*$/, `.${mac}`);
      expect(readAnswerToken(forged, ["first"])).toBeUndefined();
    }
  });

  it.each(["", "job", `${token}x`, token.slice(1), token.replaceAll(".", "/")])("is nothing else: %s", (text) => {
    expect(readAnswerToken(text, ["first"])).toBeUndefined();
  });

  it("is no address of an approval, nor the other way: the keys are the same", () => {
    const approval = tokenOf({ id: `apr_${"0".repeat(32)}_${"0".repeat(16)}`, recipient: 0 }, "first");
    expect(readAnswerToken(approval, ["first"])).toBeUndefined();
  });
});

import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { type ApproveServices, answer } from "../../../lambdas/approve/answer.ts";
import { approvalIdOf, decisionAddress } from "../../../lambdas/core/job/approval.ts";
import { tokenOf } from "../../../lambdas/core/job/approval-token.ts";
import { JobError } from "../../../lambdas/core/job/job-error.ts";
import { TransientError } from "../../../lambdas/core/kernel/errors.ts";
import { aJob, noon } from "../../support/builders.ts";
import { anApproval } from "../../support/conformance/approvals.ts";
import { fakeServices } from "../../support/fakes/services.ts";

const key = "the key of this deployment";
const hour = 3_600_000;

/** A run that waits for a decision, of which two people are asked. */
function world(more: Parameters<typeof anApproval>[1] = {}) {
  const job = aJob({ type: "feature", status: "running", product: "shop", env: "prd" });
  const id = approvalIdOf(job, "main.decision");
  const approval = anApproval(1, {
    ...{ id, product: "shop", env: "prd", job_id: job.id, run: job.run, attempt: job.attempt },
    ...{ asked: ["ada@example.com", "bob@example.com"], opened_at: noon, until: noon + hour },
    ...more,
  });
  const services = fakeServices({ jobs: [job] });
  void services.approvals.open(approval);
  const calls: string[] = [];
  const counted = <Port extends object>(name: string, port: Port): Port =>
    new Proxy(port, {
      get: (target, method) => {
        const member: unknown = Reflect.get(target, method);
        if (typeof member !== "function") return member;
        return (...args: unknown[]) => {
          calls.push(`${name}.${String(method)}`);
          return Reflect.apply(member, target, args);
        };
      },
    });
  const own: ApproveServices = {
    ...services,
    jobs: counted("jobs", services.jobs),
    approvals: counted("approvals", services.approvals),
    signals: counted("signals", services.signals),
    keys: async () => [key],
  };
  const tokens = [0, 1].map((recipient) => tokenOf({ id, recipient }, key)) as [string, string];
  const ask = async (
    method: string,
    token: string = tokens[0],
    form?: Record<string, string> | string,
    headers = {},
  ) => {
    const body = typeof form === "object" ? new URLSearchParams(form).toString() : form;
    const event = {
      routeKey: `${method} /approve/{token}`,
      rawPath: `/approve/${token}`,
      pathParameters: { token },
      headers: {
        ...(body !== undefined && { "content-type": "application/x-www-form-urlencoded" }),
        ...headers,
      },
      requestContext: { requestId: "req-1", http: { method, path: `/approve/${token}` } },
      // As API Gateway passes on what it takes for binary.
      ...(body !== undefined && { body: Buffer.from(body).toString("base64"), isBase64Encoded: true }),
    } as unknown as APIGatewayProxyEventV2;
    const { statusCode: status, headers: got, body: text } = await answer(own, event);
    return { status, headers: got as Record<string, string>, text: text ?? "" };
  };
  const decision = () => services.signals.first(decisionAddress(job, id), 0, () => true);
  return { ...services, own, ask, tokens, job, id, approval, decision, calls };
}

const approve = { choice: "approve", note: "fine" };

describe("GET", () => {
  it("shows what is asked, of whom and until when, and changes nothing", async () => {
    const { ask, decision, queue, calls } = world();
    const { status, text, headers } = await ask("GET");
    expect(status).toBe(200);
    for (const part of [
      "Refund 42?",
      "Order",
      "A-1",
      "ada@example.com",
      "2 people were asked",
      "Open for 1 hour",
      "shop",
      "prd",
    ])
      expect(text).toContain(part);
    for (const choice of ["approve", "reject"]) expect(text).toContain(`<button name="choice" value="${choice}"`);
    expect(headers).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
      "x-robots-tag": expect.stringContaining("noindex"),
      "x-content-type-options": "nosniff",
      "content-security-policy": expect.stringMatching(
        /^default-src 'none'; style-src 'sha256-[^']+'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'$/,
      ),
    });
    expect(text).not.toMatch(/<script|javascript:|\son\w+=|<link|<img/i);
    expect(calls.filter((call) => /decide|put|open|close|replace|create/.test(call))).toEqual([]);
    expect(await decision()).toBeUndefined();
    expect(queue.sent).toEqual([]);
  });

  it.each(["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"])(
    "%s decides nothing, whatever it carries",
    async (method) => {
      const { ask, decision, queue } = world();
      const { status, text } = await ask(method, undefined, approve);
      expect(status).toBe(["GET", "HEAD"].includes(method) ? 200 : 405);
      if (method === "HEAD") expect(text).toBe("");
      expect(await decision()).toBeUndefined();
      expect(queue.sent).toEqual([]);
    },
  );

  it("shows texts of inputs as texts", async () => {
    const evil = `<script>alert(1)</script>"><img src=x onerror=alert(1)>'&`;
    const { ask } = world({
      title: evil,
      show: [{ label: evil, value: evil }, { value: evil }],
      asked: [evil],
      choices: ["a<b"],
    });
    const { text } = await ask("GET");
    expect(text).not.toMatch(/<script|<img/);
    expect(text).toContain(
      "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&gt;&lt;img src=x onerror=alert(1)&gt;&#39;&amp;",
    );
    expect(text).toContain('value="a&lt;b"');
  });
});

describe("POST", () => {
  it("decides, wakes the run, and says so", async () => {
    const { ask, decision, queue, job, log, audit, id } = world();
    const { status, text } = await ask("POST", undefined, approve);
    expect(status).toBe(200);
    for (const part of ["it is decided", "Approve", "fine", "by you"]) expect(text).toContain(part);
    expect(await decision()).toMatchObject({
      at: noon,
      payload: { choice: "approve", by: "ada@example.com", note: "fine", title: "Refund 42?" },
      wake: { job_id: job.id },
    });
    expect(queue.sent).toMatchObject([{ type: "feature", message: { job_id: job.id } }]);
    expect(JSON.stringify(log.lines)).toContain(job.id);
    expect(audit.all()).toMatchObject([
      {
        ...{ actor: "r:ada@example.com", action: "approval.decide", target: id, product: "shop", env: "prd" },
        ...{ jobs: [job.id], reason: "fine", after: { choice: "approve" }, request_id: "req-1" },
      },
    ]);
  });

  it("decides once: the second person sees what was decided, by whom and when", async () => {
    const { ask, tokens, decision, audit } = world();
    await ask("POST", tokens[0], approve);
    const first = await decision();
    const second = await ask("POST", tokens[1], { choice: "reject" });
    expect(second.status).toBe(409);
    for (const part of ["decided already", "Approve", "ada@example.com", "fine", "Refund 42?"])
      expect(second.text).toContain(part);
    expect(second.text).not.toContain("<form");
    const seen = await ask("GET", tokens[1]);
    expect(seen.status).toBe(200);
    expect(seen.text).toContain("decided already");
    expect(await decision()).toEqual(first);
    expect(audit.all()).toHaveLength(1);
  });

  it("is answered alike when it is repeated, and decides nothing again", async () => {
    const { ask, decision, queue } = world();
    await ask("POST", undefined, approve);
    const first = await decision();
    const again = await ask("POST", undefined, { choice: "reject" });
    expect(again.status).toBe(409);
    expect(await decision()).toEqual(first);
    expect(queue.sent).toHaveLength(1);
  });

  it("lets exactly one of many at once decide", async () => {
    const { ask, tokens, queue } = world();
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, i) => ask("POST", tokens[i % 2], { choice: i % 3 === 0 ? "reject" : "approve" })),
    );
    const bodies = new Set(all.map(({ text }) => /<dd>(Approve|Reject)<\/dd>/.exec(text)?.[1]));
    expect(bodies.size).toBe(1);
    expect(queue.sent).toHaveLength(1);
  });

  it.each<[string, Record<string, string> | string, object, number]>([
    ["a choice that is not offered", { choice: "aprove" }, {}, 400],
    ["no choice", { note: "x" }, {}, 400],
    ["a note that is too long", { choice: "approve", note: "x".repeat(501) }, {}, 400],
    ["a body that is too large", `choice=approve&note=${"x".repeat(40_000)}`, {}, 413],
    ["JSON", '{"choice":"approve"}', { "content-type": "application/json" }, 415],
    ["no content type", "choice=approve", { "content-type": undefined }, 415],
  ])("refuses %s", async (_, form, headers, status) => {
    const { ask, decision } = world();
    expect((await ask("POST", undefined, form, headers)).status).toBe(status);
    expect(await decision()).toBeUndefined();
  });
});

describe("a token that is not good", () => {
  it.each<[string, (token: string) => string]>([
    ["is cut", (token) => token.slice(0, -3)],
    ["is longer", (token) => `${token}AA`],
    ["is guessed", () => "A".repeat(60)],
    ["has another last byte", (token) => token.slice(0, -1) + (token.endsWith("A") ? "B" : "A")],
    ["is signed by another key", () => tokenOf({ id: anApproval(1).id, recipient: 0 }, "another key")],
    ["is a path", () => "..%2F..%2Fv1"],
    ["is nothing", () => ""],
  ])("that %s is refused before anything is read", async (_, change) => {
    const { ask, tokens, calls, decision } = world();
    for (const method of ["GET", "POST"]) {
      const { status, text } = await ask(method, change(tokens[0]), method === "POST" ? approve : undefined);
      expect(status).toBe(404);
      expect(text).toContain("This link does not work");
      expect(text).not.toContain("Refund");
    }
    expect(calls).toEqual([]);
    expect(await decision()).toBeUndefined();
  });

  it("of a recipient who is not asked is refused", async () => {
    const { ask, id, decision } = world();
    expect((await ask("POST", tokenOf({ id, recipient: 2 }, key), approve)).status).toBe(404);
    expect(await decision()).toBeUndefined();
  });

  it("of another run shows and decides that one only", async () => {
    const { ask, decision } = world();
    const other = approvalIdOf({ ...aJob(), id: `job_${"1".repeat(32)}` }, "main.decision");
    const { status, text } = await ask("POST", tokenOf({ id: other, recipient: 0 }, key), approve);
    expect(status).toBe(410);
    expect(text).not.toContain("Refund");
    expect(await decision()).toBeUndefined();
  });
});

describe("an approval that is over", () => {
  it("by its time decides nothing, whether or not the run knows", async () => {
    const { ask, clock, decision, tokens } = world();
    await clock.advance(hour);
    for (const method of ["GET", "POST"]) {
      const { status, text } = await ask(method, tokens[0], method === "POST" ? approve : undefined);
      expect([status, text.includes("The time is over")]).toEqual([410, true]);
    }
    expect(await decision()).toBeUndefined();
  });

  it("by the run's own time-out shows what was taken instead", async () => {
    const { ask, signals, job, id, tokens } = world();
    const payload = { timed_out: true, choice: "reject", title: "Refund 42?" };
    await signals.decide(decisionAddress(job, id), { id: "late", at: noon + hour, payload }, noon + 2 * hour);
    const { status, text } = await ask("GET", tokens[1]);
    expect(status).toBe(200);
    for (const part of ["Nobody decided in time", "Reject", "Taken instead"]) expect(text).toContain(part);
  });

  it("with its run says so", async () => {
    const { ask, jobs, job, decision } = world();
    await jobs.replace({ ...job, status: "cancelled", finished_at: noon, version: job.version + 1 });
    const { status, text } = await ask("POST", undefined, approve);
    expect([status, text.includes("has ended meanwhile")]).toEqual([410, true]);
    expect(await decision()).toBeUndefined();
  });

  it("with an earlier attempt says that it may have been asked again", async () => {
    const { ask, jobs, job } = world();
    await jobs.replace({ ...job, attempt: job.attempt + 1, version: job.version + 1 });
    const { status, text } = await ask("GET");
    expect([status, text.includes("has asked again")]).toEqual([410, true]);
  });

  it("with a job that was deleted says so", async () => {
    const { ask, jobs, job } = world();
    await jobs.remove(job);
    expect((await ask("GET")).status).toBe(410);
  });
});

describe("what fails", () => {
  it("is a page to try again, and decides nothing", async () => {
    const { ask, own, decision, log, tokens } = world();
    own.jobs = { get: () => Promise.reject(new TransientError("X", "secret text")) };
    const { status, text, headers } = await ask("POST", undefined, approve);
    expect([status, headers["retry-after"]]).toEqual([503, "5"]);
    expect(text).not.toContain("secret text");
    const { keys } = own;
    own.keys = () => Promise.reject(new JobError("SERVICE_UNAVAILABLE", "secret text"));
    expect((await ask("GET")).status).toBe(503);
    own.keys = keys;
    own.jobs = { get: () => Promise.reject(new Error("secret text")) };
    expect((await ask("GET")).status).toBe(500);
    expect(JSON.stringify(log.lines)).not.toContain("secret text");
    expect(JSON.stringify(log.lines)).not.toContain(tokens[0]);
    expect(await decision()).toBeUndefined();
  });

  it("leaves a decision that is made to the table's stream where the queue refuses", async () => {
    const { ask, own, decision } = world();
    own.queue = { sendMany: () => Promise.reject(new TransientError("X", "x")) };
    await ask("POST", undefined, approve);
    expect(await decision()).toMatchObject({ payload: { choice: "approve" } });
  });
});

it("no log line has a token, a note or a title", async () => {
  const { ask, tokens, log } = world();
  for (const method of ["GET", "POST", "POST"]) await ask(method, tokens[0], method === "POST" ? approve : undefined);
  await ask("POST", tokens[1], { choice: "reject", note: "canary" });
  await ask("GET", `${tokens[0]}x`);
  const lines = JSON.stringify(log.lines);
  for (const secret of [...tokens, "fine", "canary", "Refund", "ada@example.com"]) expect(lines).not.toContain(secret);
  expect(lines).toContain("/approve/{token}");
});

it("keys that were rotated lately are read anew, for what has the form of a token only", async () => {
  const { ask, own, tokens } = world();
  const asked: boolean[] = [];
  own.keys = async ({ fresh = false } = {}) => {
    asked.push(fresh);
    return fresh ? [key] : ["an old key"];
  };
  expect((await ask("GET")).status).toBe(200);
  expect((await ask("GET", tokens[0].slice(1))).status).toBe(404);
  expect(asked).toEqual([false, true, false]);
});

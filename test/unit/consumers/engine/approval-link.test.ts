import { linked } from "../../../../lambdas/consumers/engine/around/approval-link.ts";
import { NotStarted, type Running } from "../../../../lambdas/consumers/engine/context.ts";
import type { FoundEvent } from "../../../../lambdas/core/catalog/catalog.ts";
import { JobError } from "../../../../lambdas/core/job/job-error.ts";
import { TransientError } from "../../../../lambdas/core/kernel/errors.ts";
import { approvalLinks } from "../../../../lambdas/core/operations/approval-links.ts";
import { type AttemptServices, type Execution, Finished } from "../../../../lambdas/core/operations/execution.ts";
import { anExecution } from "../../../support/an-execution.ts";
import { aJob } from "../../../support/builders.ts";
import { fakeSecrets } from "../../../support/fakes/secrets.ts";
import { fakeServices } from "../../../support/fakes/services.ts";

const mark = "approval.url.1";
const approval = { id: `apr_${"0".repeat(32)}_${"a".repeat(16)}`, recipient: 0, mark };
const links = (secrets = fakeSecrets({ approvals: "key" })) =>
  approvalLinks(secrets, () => ({ url: "https://api.example.com", secret: "approvals" }));

async function run(execute: (execution: Execution) => unknown, { linkTo = links(), of = approval as object } = {}) {
  const job = aJob({ approval: of as typeof approval });
  const services = { ...fakeServices(), linkTo };
  const around = linked(
    async (execution) => execute(execution),
    { services, job } as unknown as Running,
    {} as FoundEvent,
  );
  const input = { body: { text: `Decide: ${mark}`, more: [mark, 5, null] } };
  return around(anExecution({ job, input }), services as unknown as AttemptServices);
}

it("puts the address where the mark is, and the mark into what comes back", async () => {
  const seen: unknown[] = [];
  const result = await run(({ input }) => {
    seen.push(input);
    return { echo: input, status: 200 };
  });
  const url = expect.stringMatching(/^https:\/\/api\.example\.com\/approve\/[\w-]{60}$/);
  expect(seen).toEqual([{ body: { text: expect.stringMatching(/^Decide: https:/), more: [url, 5, null] } }]);
  expect(JSON.stringify(result)).toContain(`/approve/${mark}`);
  expect(JSON.stringify(result)).not.toMatch(/approve\/[\w-]{60}/);
  const finished = await run(({ input }) => new Finished(input, { sent: input }));
  expect(JSON.stringify(finished)).not.toMatch(/approve\/[\w-]{60}/);
});

it("leaves other jobs, and errors that do not quote it, unchanged", async () => {
  const error = new JobError("TIMEOUT", "late");
  await expect(run(() => Promise.reject(error))).rejects.toBe(error);
  const job = aJob();
  const execute = async () => 5;
  expect(linked(execute, { services: fakeServices(), job } as unknown as Running, {} as FoundEvent)).toBe(execute);
});

it("hides it in an error that quotes it, whose kind stays", async () => {
  const failing = run(({ input }) => {
    throw new JobError("PROVIDER_ERROR", JSON.stringify(input), { retryable: false, progress: { input } });
  });
  const error = (await failing.catch((cause: unknown) => cause)) as JobError;
  expect(error).toMatchObject({ code: "PROVIDER_ERROR", retryable: false });
  expect(JSON.stringify([error.message, error.progress])).not.toMatch(/approve\/[\w-]{60}/);
});

it("hides it in what own code has thrown, also where that is cut amid it", async () => {
  const thrown = async (cut: (text: string) => string) => {
    const failing = run(({ input }) => {
      const { text = "" } = input.body as { text?: string };
      throw new JobError("PROVIDER_ERROR", "send threw Error.", {
        thrown: { name: "Error", message: cut(`cannot send: ${text}`), stack: cut(`Error: ${text}`) },
      });
    });
    return ((await failing.catch((cause: unknown) => cause)) as JobError).thrown;
  };
  expect(await thrown((text) => text)).toEqual({
    name: "Error",
    message: `cannot send: Decide: https://api.example.com/approve/${mark}`,
    stack: `Error: Decide: https://api.example.com/approve/${mark}`,
  });
  // One character of the signature is soon guessed.
  expect((await thrown((text) => text.slice(0, -1)))?.message).toMatch(/approve\/approval\.url\.1$/);
});

it("spends no attempt while the key cannot be read", async () => {
  const down = links({ resolve: () => Promise.reject(new JobError("SERVICE_UNAVAILABLE", "later")) });
  await expect(run(() => 5, { linkTo: down })).rejects.toBeInstanceOf(NotStarted);
  const deploying = () =>
    Promise.reject(new TransientError("DEPLOYING", "the settings are those of the version before"));
  await expect(run(() => 5, { linkTo: deploying })).rejects.toBeInstanceOf(NotStarted);
  await expect(run(() => 5, { linkTo: links(fakeSecrets()) })).rejects.toMatchObject({ code: "CONFIGURATION_ERROR" });
});

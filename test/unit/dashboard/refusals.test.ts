import { expect, test } from "@jest/globals";
import { QueryObserver } from "@tanstack/react-query";

// The parts of a browser that these modules ask for.
Object.assign(globalThis, { document: { visibilityState: "visible", addEventListener: () => {} }, window: {} });
const { queryClient } = await import("../../../dashboard/src/api/query-client.ts");
const { refusals } = await import("../../../dashboard/src/api/live.ts");
const { ConnectionError, DuctapeError, NotFoundError } = await import("../../../sdk/src/errors.ts");

// What nobody looks at is forgotten by timers of minutes, for which the process of the tests would wait.
queryClient.setDefaultOptions({ queries: { ...queryClient.getDefaultOptions().queries, gcTime: Infinity } });

const internal = new DuctapeError("INTERNAL", "Something went wrong.", { status: 500 });

/** A part of a page that asks for something, and is answered at first. */
async function shown(name: string) {
  const answers: unknown[] = [];
  const observer = new QueryObserver(queryClient, {
    queryKey: [name],
    retry: false,
    queryFn: async () => {
      const next = answers.shift() ?? "an answer";
      if (next instanceof Error) throw next;
      return next;
    },
  });
  const leave = observer.subscribe(() => {});
  await observer.refetch();
  return {
    leave,
    ask: async (answer?: unknown) => {
      answers.push(answer);
      await observer.refetch();
      return [...refusals.get().values()];
    },
  };
}

test("what is shown although the API refuses to say it anew is known, until it says it or nobody looks", async () => {
  const part = await shown("part");
  expect(await part.ask()).toEqual([]);
  expect(await part.ask(internal)).toEqual([internal]);
  expect(await part.ask()).toEqual([]);
  expect(await part.ask(internal)).toEqual([internal]);
  part.leave();
  expect(refusals.get().size).toBe(0);
});

test("that the API is away, or that something was deleted, is said elsewhere", async () => {
  const part = await shown("another part");
  expect(await part.ask(new ConnectionError("It is away."))).toEqual([]);
  expect(await part.ask(new NotFoundError("JOB_NOT_FOUND", "It was deleted.", []))).toEqual([]);
  part.leave();
});

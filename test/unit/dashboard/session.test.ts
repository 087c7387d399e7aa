import { expect, test } from "@jest/globals";

// The parts of a browser that these modules ask for.
Object.assign(globalThis, { document: { visibilityState: "visible", addEventListener: () => {} }, window: {} });
const { queryClient } = await import("../../../dashboard/src/api/query-client.ts");
const { reach } = await import("../../../dashboard/src/api/live.ts");
const { lock, session, unlock } = await import("../../../dashboard/src/api/session.ts");
const { AuthenticationError } = await import("../../../sdk/src/errors.ts");

// What nobody looks at is forgotten by timers of minutes, for which the process of the tests would wait.
queryClient.setDefaultOptions({ queries: { ...queryClient.getDefaultOptions().queries, gcTime: Infinity } });

const ask = (queryKey: string[], queryFn: () => Promise<unknown>) => queryClient.fetchQuery({ queryKey, queryFn });

test("another key sees nothing of what the one before has read, and may do no more than itself", async () => {
  unlock("of-an-admin");
  await ask(["me"], async () => ({ verbs: ["jobs:admin"] }));
  expect(reach.get().at).toBeDefined();
  lock();
  unlock("of-a-viewer");
  expect(queryClient.getQueryData(["me"])).toBeUndefined();
  expect(reach.get()).toEqual({ at: undefined, down: false });
});

test("what the API refuses of the key before does not lock the one that is used now", async () => {
  unlock("revoked");
  const { promise, reject } = Promise.withResolvers();
  const asked = ask(["jobs"], () => promise).catch(() => undefined);
  lock(true);
  unlock("valid");
  reject(new AuthenticationError("UNAUTHENTICATED", "There is no such key."));
  await asked;
  expect(session.get()).toMatchObject({ state: "open", apiKey: "valid" });
  await expect(
    ask(["jobs"], () => Promise.reject(new AuthenticationError("UNAUTHENTICATED", "It has expired."))),
  ).rejects.toThrow();
  expect(session.get()).toEqual({ state: "locked", refused: true });
});

import { withToken } from "../../../../../lambdas/consumers/clients/http/tokens.ts";

const clock = { now: () => 0, sleep: async () => {} };
const { signal } = new AbortController();
const status = (code: number) => new Response(null, { status: code });

/** A source of tokens t1, t2, ... under a key of its own. */
function source(key: string) {
  let asked = 0;
  const fetch = async () => {
    asked += 1;
    return { token: `t${asked}`, lifetimeSeconds: 3600 };
  };
  return { key, fetch, asked: () => asked };
}

test("a late refusal of an old token does not discard the new one", async () => {
  const tokens = source("late");
  const late = Promise.withResolvers<Response>();
  const used: string[] = [];
  const slow = withToken({ clock, signal }, tokens, (token) => {
    used.push(token);
    return token === "t1" ? late.promise : Promise.resolve(status(200));
  });
  await withToken({ clock, signal }, tokens, async (token) => status(token === "t1" ? 401 : 200));
  late.resolve(status(401));
  expect((await slow).status).toBe(200);
  expect([used, tokens.asked()]).toEqual([["t1", "t2"], 2]);
});

test("a failed fetch of a token is not remembered", async () => {
  const tokens = source("failing");
  const failing = { key: tokens.key, fetch: () => Promise.reject(new Error("down")) };
  await expect(withToken({ clock, signal }, failing, async () => status(200))).rejects.toThrow("down");
  expect((await withToken({ clock, signal }, tokens, async () => status(200))).status).toBe(200);
});

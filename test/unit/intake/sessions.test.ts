import { expect, test } from "@jest/globals";
import { jwtSessions } from "../../../lambdas/aws/sessions/jwt-sessions.ts";
import { registry } from "../../../lambdas/consumers/types/registry.ts";
import { makeCatalog } from "../../../lambdas/core/catalog/catalog.ts";
import { firstCursor } from "../../../lambdas/core/job/import-cursor.ts";
import { scheduleLines } from "../../../lambdas/intake/import/schedule-lines.ts";
import { scheduleDirectCall } from "../../../lambdas/intake/schedule-request.ts";
import { takeMessages } from "../../../lambdas/intake/take-messages.ts";
import { noon } from "../../support/builders.ts";
import { withSessions } from "../../support/expressing.ts";
import { fakeSecrets } from "../../support/fakes/secrets.ts";
import { intakeServices } from "../../support/intake/services.ts";
import { signedWith } from "../../support/sessions/issuer.ts";

const catalog = makeCatalog([withSessions], registry);
const asked = (token: string, more: object = {}) => ({
  product_tag: "shop",
  env: "prd",
  event: "order_x",
  input: { body: { to: "$Session{user}{email}" } },
  session: { tag: "user", token },
  ...more,
});
const message = (id: string, content: unknown, sentAt = noon) => ({ id, body: JSON.stringify(content), sentAt });
const good = JSON.stringify({ email: "ada@shop.example" });
const services = () => ({ ...intakeServices(), catalog });
const claims = JSON.stringify([["email", "ada@shop.example"]]);

test("a message with a session becomes a job, is rejected, or comes again without keys", async () => {
  const all = services();
  const messages = [
    message("m1", asked(good)),
    message("m2", asked("no-jwt", { retries: -1 })),
    message("m3", asked("later")),
  ];
  expect(await takeMessages(all, messages)).toEqual(["m3"]);
  expect(all.jobs.all()).toMatchObject([{ session: { tag: "user", claims } }]);
  expect(all.rejections.rejected.map(({ detail }) => detail.errors.map(({ pointer }) => pointer))).toEqual([
    ["/retries", "/session/token"],
  ]);
  expect(JSON.stringify(all.rejections.rejected.map(({ detail }) => detail))).not.toContain("no-jwt");
});

test("a token is checked by the time when its message was sent", async () => {
  const all = {
    ...services(),
    sessions: jwtSessions(fakeSecrets({ session: "a secret of at least thirty-two bytes" })),
  };
  await all.clock.advance(3_600_000);
  const token = await signedWith(
    "a secret of at least thirty-two bytes",
    { email: "ada@shop.example" },
    {
      expires: 60,
      issuer: "https://idp.example",
    },
  );
  expect(await takeMessages(all, [message("m1", asked(token)), message("m2", asked(token), noon + 120_000)])).toEqual(
    [],
  );
  expect(all.jobs.all()).toHaveLength(1);
  expect(all.rejections.rejected).toMatchObject([
    { detail: { errors: [{ detail: "has expired: send a current one" }] } },
  ]);
});

test("a direct call of the intake throws a session's faults", async () => {
  const call = (token: string) => scheduleDirectCall(services(), { payload: asked(token), requestId: "r" });
  expect(await call(good)).toMatchObject({ status: "queued" });
  await expect(call("x")).rejects.toMatchObject({ code: "INVALID_REQUEST", faults: [{ pointer: "/session/token" }] });
  await expect(call("later")).rejects.toMatchObject({ code: "UNAVAILABLE" });
});

test("the lines of an import have their sessions checked", async () => {
  const all = services();
  const cursor = firstCursor({ key: "imports/a", etag: "e", size: 1, put_at: noon });
  const lines = (...tokens: string[]) =>
    tokens.map((token, i) => ({ number: i + 1, bytes: Buffer.from(JSON.stringify(asked(token))), end: i }));
  expect(await scheduleLines(all, cursor, lines(good, "x"))).toEqual([
    { line: 1, job_id: expect.any(String) },
    {
      line: 2,
      code: "INVALID_REQUEST",
      detail: expect.any(String),
      errors: [expect.objectContaining({ pointer: "/session/token" })],
    },
  ]);
  const waiting = scheduleLines(all, cursor, lines("later"));
  for (let round = 0; round < 4; round++) await all.clock.advance(5000);
  expect(await waiting).toBeUndefined();
});

import { smtpError } from "../../../../../lambdas/consumers/types/notification/mail/smtp-error.ts";

const signal = new AbortController().signal;

test.each([
  [{ code: "EENVELOPE", responseCode: 450 }, "SERVICE_UNAVAILABLE", true],
  [{ code: "EPROTOCOL", responseCode: 421 }, "SERVICE_UNAVAILABLE", true],
  [{ code: "EAUTH", responseCode: 454 }, "SERVICE_UNAVAILABLE", true],
  [{ code: "EAUTH", responseCode: 535 }, "UNAUTHORIZED", false],
  [{ code: "EAUTH" }, "UNAUTHORIZED", false],
  [{ code: "EENVELOPE", responseCode: 550 }, "PROVIDER_ERROR", false],
  [{ code: "EMESSAGE", responseCode: 554 }, "PROVIDER_ERROR", false],
  [{ code: "EENVELOPE" }, "VALIDATION_ERROR", false],
  [{ code: "ESOCKET" }, "CONNECTION_ERROR", true],
  [{ code: "ETIMEDOUT" }, "CONNECTION_ERROR", true],
  [{ code: "ETLS" }, "CONNECTION_ERROR", true],
  [{ code: "ETLS", responseCode: 454 }, "SERVICE_UNAVAILABLE", true],
  [{ code: "ETLS", responseCode: 502 }, "CONFIGURATION_ERROR", false],
  [{}, "PROVIDER_ERROR", true],
])("nodemailer's %j means %s, retryable: %s", (error, code, retryable) => {
  const cause = Object.assign(new Error("550 <a@b.example> is over quota"), error);
  expect(smtpError(cause, signal)).toMatchObject({ code, retryable, message: expect.not.stringContaining("a@b") });
});

test.each([
  [{ responseCode: 550, response: "550 5.7.1 <a@b.example> refused" }, "5.7.1"],
  [{ responseCode: 550, response: "550-5.1.1 no such user" }, "5.1.1"],
  [{ responseCode: 550, response: "550 a@b.example 5.7.1" }, "550"],
  [{ responseCode: 421 }, "421"],
  [{ code: "ETIMEDOUT" }, "ETIMEDOUT"],
  [{}, undefined],
])("the provider's code of %j is %s", (error, providerCode) => {
  expect(smtpError(Object.assign(new Error("secret"), error), signal)).toMatchObject({ providerCode });
});

test("an aborted mail fails with the signal's reason", () => {
  const reason = new Error("ended");
  expect(smtpError({ code: "EABORT" }, AbortSignal.abort(reason))).toBe(reason);
});

import { registry } from "../../../../lambdas/consumers/types/registry.ts";
import { alertJobTypes, causeRule, silenceRules } from "../../../../lambdas/core/catalog/alerts.ts";
import type { Product } from "../../../../lambdas/core/catalog/job-type.ts";
import { secret } from "../../../../lambdas/core/catalog/references.ts";
import { checkCatalog } from "../../../../lambdas/core/check/check-catalog.ts";
import { alertProduct } from "../../../support/alerting.ts";

const faultsOf = (more: Partial<Product>) =>
  checkCatalog([alertProduct(more)], registry).map(({ pointer, detail }) => `${pointer} ${detail}`);
const night = { event: "charge", env: "prd", input: {}, cron: "0 0 * * *" };

describe("alerts of a product", () => {
  it("are valid with receivers of every kind", () => {
    const all = {
      receivers: {
        chat: { slack: secret("chat") },
        ops: { webhook: "https://ops.example/alerts" },
        own: { event: "charge", input: { body: { text: "$Alert{text}", of: "$Constant{team}" } } },
      },
      alerts: {
        new: {
          when: "new_cause",
          envs: ["prd"],
          notify: ["chat"],
          remind: "4h",
          escalate: { after: "1h", notify: ["ops"] },
        },
        dev: { when: "new_cause", envs: ["dev"], window: "1h", notify: ["own"] },
        ran: { when: "not_completed", schedule: "night", within: "2h", notify: ["chat"] },
      },
      schedules: { night },
      constants: { team: "shop" },
    };
    expect(faultsOf(all)).toEqual([]);
    const product = alertProduct(all);
    expect(causeRule(product, "prd")).toEqual({
      ...{ alert: "new", notify: ["chat"], windowMs: 600_000, remindMs: 4 * 3_600_000 },
      escalate: { afterMs: 3_600_000, notify: ["ops"] },
    });
    expect(causeRule(product, "dev")).toMatchObject({ alert: "dev", windowMs: 3_600_000 });
    expect(silenceRules(product)).toMatchObject([{ env: "prd", schedule: "night", withinMs: 2 * 3_600_000 }]);
    expect(alertJobTypes([product])).toEqual(["action"]);
  });

  test.each<[string, Partial<Product>, string[]]>([
    [
      "a receiver that there is not",
      { alerts: { new: { when: "new_cause", notify: ["opps"] } } },
      ['/shop/alerts/new/notify/0 the product has no such receiver. Did you mean "ops"?'],
    ],
    [
      "a receiver of the escalation that there is not",
      { alerts: { new: { when: "new_cause", notify: ["ops"], escalate: { after: "1h", notify: ["boss"] } } } },
      ["/shop/alerts/new/escalate/notify/0 the product has no such receiver."],
    ],
    [
      "two alerts for the causes of an env",
      {
        alerts: {
          new: { when: "new_cause", notify: ["ops"] },
          again: { when: "new_cause", envs: ["prd"], notify: ["ops"] },
        },
      },
      ['/shop/alerts/again/envs/0 the alert "new" is for new causes in "prd" already: an env has one'],
    ],
    [
      "an env that there is not",
      { alerts: { new: { when: "new_cause", envs: ["prod"], notify: ["ops"] } } },
      ['/shop/alerts/new/envs/0 the product has no such env. Did you mean "prd"?'],
    ],
    [
      "a schedule that there is not",
      {
        alerts: { ran: { when: "not_completed", schedule: "nigth", within: "1h", notify: ["ops"] } },
        schedules: { night },
      },
      ['/shop/alerts/ran/schedule the product has no such schedule. Did you mean "night"?'],
    ],
    [
      "events that there are not",
      { alerts: { rate: { when: "failure_rate", events: ["chage"], over: 0.1, notify: ["ops"] } } },
      ['/shop/alerts/rate/events/0 the product has no such event. Did you mean "charge"?'],
    ],
    [
      "a part that is a percentage",
      { alerts: { rate: { when: "failure_rate", events: ["charge"], over: 10, notify: ["ops"] } } },
      ["/shop/alerts/rate/over is a part of the runs, from 0 to 1: 10 percent is 0.1"],
    ],
    [
      "an env that a budget is for and that there is not",
      { alerts: { spent: { when: "cost_above", usd: 50, envs: ["prdd"], notify: ["op"] } } },
      [
        '/shop/alerts/spent/notify/0 the product has no such receiver. Did you mean "ops"?',
        '/shop/alerts/spent/envs/0 the product has no such env. Did you mean "prd"?',
      ],
    ],
    [
      "a part of a budget that is a percentage",
      { alerts: { spent: { when: "cost_above", usd: 50, warn_at: 80, notify: ["ops"] } } },
      ["/shop/alerts/spent/warn_at is a part of the budget, from 0.1 to 1: 80 percent is 0.8"],
    ],
    [
      "a budget of nothing",
      { alerts: { spent: { when: "cost_above", usd: 0, notify: ["ops"] } } },
      ["/shop/alerts/spent/usd must be more than 0 dollars"],
    ],
    [
      "a time that is too short",
      {
        alerts: { ran: { when: "not_completed", schedule: "night", within: "5s", notify: ["ops"] } },
        schedules: { night },
      },
      ["/shop/alerts/ran/within must be at least 60000 ms"],
    ],
    [
      "an event that there is not",
      { receivers: { ops: { event: "tell", input: {} } } },
      ["/shop/receivers/ops/event the product has no such event."],
    ],
    [
      "a part of what is said that there is not",
      { receivers: { ops: { event: "charge", input: { body: { text: "$Alert{txt}" } } } } },
      ['/shop/receivers/ops/input/body/text $Alert has no such part. Did you mean "text"?'],
    ],
    [
      "an input that its event does not take",
      { receivers: { ops: { event: "charge", input: { bodies: "$Alert{text}" } } } },
      ["/shop/receivers/ops/input/bodies unknown field."],
    ],
    [
      "an address that is not safe",
      { receivers: { ops: { slack: "http://chat.example" } } },
      ["/shop/receivers/ops/slack an https URL without credentials, or a reference to one: credentials are sent there"],
    ],
    [
      "a receiver without an address",
      { receivers: { ops: { mail: "a@b.example" } } },
      ["/shop/receivers/ops must have `slack` or `webhook` with a URL, or an `event` with its `input`"],
    ],
  ])("with %s are refused", (_, more, faults) => expect(faultsOf(more)).toEqual(faults));

  it("are not told by a feature", () => {
    const faults = faultsOf({
      jobs: { charge: { type: "action", app: "shop", action: "charge" }, tell: { type: "feature", feature: "tell" } },
      features: { tell: { sequences: { main: [{ event: "charge" }] } } },
      receivers: { ops: { event: "tell", input: {} } },
    });
    expect(faults).toContain(
      "/shop/receivers/ops/event is a feature, whose steps a pause or a limit may hold: name an event that tells by itself",
    );
  });
});

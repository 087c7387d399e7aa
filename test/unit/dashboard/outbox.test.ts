import {
  countsOf,
  type Item,
  itemsOf,
  jobOf,
  keyed,
  linesOf,
  pushOf,
} from "../../../dashboard/src/pages/outbox/items.ts";
import { safeMail } from "../../../dashboard/src/pages/outbox/mail.ts";

const at = "2030-01-31T09:00:00.000Z";
const items: Item[] = [
  {
    kind: "event",
    at,
    bus: "b",
    source: "ductape.jobs",
    detail_type: "job.completed",
    time: at,
    detail: { job_id: "job_1" },
  },
  { kind: "http", at, method: "POST", path: "/p", headers: {}, body: { a: 1 } },
  {
    kind: "webhook",
    at,
    method: "POST",
    path: "/w",
    headers: {},
    body: { type: "job.failed", data: { job_id: "job_2" } },
  },
  { kind: "event", at, bus: "default", source: "shop", detail_type: "order.placed", time: at, detail: {} },
  { kind: "topic", at, topic: "arn:aws:sns:us-east-1:123456789012:orders", message: '{"id":1}', attributes: {} },
  { kind: "email", at, from: "a@x", to: ["b@x"], subject: "" },
];

describe("the items of the outbox", () => {
  test("are grouped, with events and webhooks if chosen", () => {
    expect(itemsOf(items, "sent").map(({ kind }) => kind)).toEqual(["http", "event", "topic", "email"]);
    expect(countsOf(items)).toEqual({
      sent: 4,
      email: 1,
      push: 0,
      sms: 0,
      call: 1,
      published: 2,
      webhook: 1,
      event: 1,
    });
  });

  test("keep their names when newer ones arrive", () => {
    const last = keyed(items.slice(2)).at(-1);
    const newer = keyed([{ ...items[0], at: "2030-01-31T09:00:01.000Z" } as Item, ...items.slice(2)]);
    expect(newer.at(-1)?.key).toBe(last?.key);
    expect(new Set(keyed(items).map(({ key }) => key)).size).toBe(items.length);
  });

  test("have two lines each", () => {
    expect(items.map(linesOf)).toEqual([
      { title: "job.completed", text: "job_1" },
      { title: "POST /p", text: '{"a":1}' },
      { title: "POST /w", text: "job.failed" },
      { title: "order.placed", text: "shop" },
      { title: "orders", text: '{"id":1}' },
      { title: "(no subject)", text: "to b@x" },
    ]);
  });

  test("lead to their job", () => {
    expect(jobOf({ data: { job_id: "job_2" } })).toBe("job_2");
    expect(jobOf("text")).toBeUndefined();
  });

  test("of push are read in FCM's form and in Expo's", () => {
    const fcm = { token: "t", notification: { title: "A", body: "B" }, data: { c: "1" } };
    expect(pushOf({ kind: "fcm", at, project: "p", message: fcm, answer: "ok" })).toEqual({
      title: "A",
      body: "B",
      to: "t",
      data: { c: "1" },
    });
    const expo = { to: ["x", "y"], title: "A", body: "B" };
    expect(pushOf({ kind: "expo", at, message: [expo], answer: "ok" })).toMatchObject({ title: "A", to: "x, y" });
  });
});

describe("a mail's HTML", () => {
  test("has its styles set by script instead", () => {
    const { html, css } = safeMail(`<style>p > b { color: red }</style><p class=a style="color: blue">a style=b</p>`);
    expect(css).toEqual(["p > b { color: red }"]);
    expect(html).toBe(`<p class=a data-style="color: blue">a style=b</p>`);
  });

  test("has no scripts, handlers, frames and forms", () => {
    const source = `<script>x</script><p onclick="x()" title="1 > 0">a</p><iframe src="x"></iframe><form action=x>b</form><link href=x>`;
    expect(safeMail(source).html).toBe(`<p title="1 > 0">a</p>b`);
  });

  test("calls no other server for images, and keeps those that it contains", () => {
    const { html, images } = safeMail(`<img alt="a" src="https://x/a.png"><img src='data:image/png;base64,AA=='>`);
    expect(images).toBe(1);
    expect(html).toBe(`<img alt="a" data-src="https://x/a.png"><img src='data:image/png;base64,AA=='>`);
  });

  test("may be unfinished", () => {
    expect(safeMail("<p>a</p><script>let b = 1").html).toBe("<p>a</p>");
    expect(safeMail("<style>p{}").css).toEqual(["p{}"]);
  });
});

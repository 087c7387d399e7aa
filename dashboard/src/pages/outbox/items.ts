/** What the local system has caught, as `GET /outbox` answers it. */
export type Item =
  | (Base & { kind: "http" | "webhook"; method: string; path: string; headers: Record<string, string>; body: unknown })
  | (Base & { kind: "email"; from: string; to: string[]; subject: string; text?: string; html?: string })
  | (Base & { kind: "sms"; to: string; body: string; sender?: string; answer: string })
  | (Base & { kind: "topic"; topic: string; message: string; attributes: Record<string, string>; group?: string })
  | (Base & { kind: "fcm"; project: string; message: unknown; answer: string })
  | (Base & { kind: "expo"; message: unknown; answer: string })
  | (Base & { kind: "task"; call: string; token: string; content: unknown })
  | (Base & { kind: "event"; bus: string; source: string; detail_type: string; time: string; detail: unknown });

interface Base {
  at: string;
}

export type ItemOf<K extends Item["kind"]> = Extract<Item, { kind: K }>;

/** Kinds as a person looks for them. */
export const groups = {
  sent: "Messages and calls",
  email: "Mail",
  push: "Push",
  sms: "SMS",
  call: "Calls",
  published: "Published",
  webhook: "Webhooks",
  event: "Events",
} as const;
export type Group = keyof typeof groups;

/** The source of the events about jobs; others are what jobs have published. */
const ownSource = "ductape.jobs";

export function groupOf(item: Item): Exclude<Group, "sent"> {
  const { kind } = item;
  if (kind === "fcm" || kind === "expo") return "push";
  if (kind === "topic" || (kind === "event" && item.source !== ownSource)) return "published";
  return kind === "http" || kind === "task" ? "call" : kind;
}

/** The items of a group. Every job brings webhooks and events, so those are shown only where they are asked for. */
export const itemsOf = (items: readonly Item[], group: Group): Item[] =>
  items.filter((item) => {
    const own = groupOf(item);
    return group === "sent" ? own !== "webhook" && own !== "event" : own === group;
  });

export const countsOf = (items: readonly Item[]): Record<Group, number> =>
  Object.fromEntries(Object.keys(groups).map((group) => [group, itemsOf(items, group as Group).length])) as Record<
    Group,
    number
  >;

/** A name for each item that stays the same when newer ones arrive: its time, and its place among those of the same time. */
export function keyed(items: readonly Item[]): { key: string; item: Item }[] {
  const seen = new Map<string, number>();
  return [...items]
    .reverse()
    .map((item) => {
      const place = seen.get(item.at) ?? 0;
      seen.set(item.at, place + 1);
      return { key: `${item.at}.${place}`, item };
    })
    .reverse();
}

interface Push {
  title: string;
  body: string;
  to: string;
  data: unknown;
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
const fieldsOf = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};

/** FCM has title and body in `notification`, Expo at the top. */
export function pushOf({ message }: ItemOf<"fcm" | "expo">): Push {
  const whole = fieldsOf(Array.isArray(message) ? message[0] : message);
  const shown = "notification" in whole ? fieldsOf(whole.notification) : whole;
  return {
    title: textOf(shown.title),
    body: textOf(shown.body),
    to: textOf(whole.token) || [whole.to].flat().map(textOf).join(", "),
    data: whole.data,
  };
}

/** Two lines for the list: to whom or where, and what. */
export function linesOf(item: Item): { title: string; text: string } {
  switch (item.kind) {
    case "email":
      return { title: item.subject || "(no subject)", text: `to ${item.to.join(", ")}` };
    case "sms":
      return { title: item.body, text: `to ${item.to}` };
    case "fcm":
    case "expo": {
      const { title, body } = pushOf(item);
      return { title: title || body || "(data only)", text: title ? body : "" };
    }
    case "task":
      return { title: item.call, text: "Step Functions" };
    case "topic":
      return { title: item.topic.split(":").at(-1) ?? "", text: brief(item.message) };
    case "event":
      return { title: item.detail_type, text: jobOf(item.detail) ?? item.source };
    default:
      return { title: `${item.method} ${item.path}`, text: webhookName(item) ?? brief(item.body) };
  }
}

const briefly = 120;

const brief = (body: unknown): string =>
  body === null ? "" : (typeof body === "string" ? body : JSON.stringify(body)).slice(0, briefly);

const webhookName = ({ kind, body }: ItemOf<"http" | "webhook">) =>
  kind === "webhook" ? textOf(fieldsOf(body).type) : undefined;

/** The job that an event or a webhook is about. */
export function jobOf(detail: unknown): string | undefined {
  const fields = fieldsOf(detail);
  const id = fields.job_id ?? fieldsOf(fields.data).job_id;
  return typeof id === "string" ? id : undefined;
}

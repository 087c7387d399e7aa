import { eventSource } from "../../lambdas/topology.ts";

/** A message or call that would have left the system. */
export type Item =
  | {
      kind: "http" | "webhook";
      at: string;
      method: string;
      path: string;
      headers: Record<string, string>;
      body: unknown;
    }
  | { kind: "email"; at: string; from: string; to: string[]; subject: string; text?: string; html?: string }
  | { kind: "sms"; at: string; to: string; body: string; sender?: string; answer: string }
  | {
      kind: "topic";
      at: string;
      topic: string;
      message: string;
      attributes: Record<string, string>;
      group?: string;
    }
  | { kind: "fcm"; at: string; project: string; message: unknown; answer: string }
  | { kind: "expo"; at: string; message: unknown; answer: string }
  | { kind: "task"; at: string; call: string; token: string; content: unknown }
  | { kind: "event"; at: string; bus: string; source: string; detail_type: string; time: string; detail: unknown };

type WithoutTime<T> = T extends Item ? Omit<T, "at"> : never;

export const keptItems = 500;
/** Every job produces events and webhooks: more of them would displace what the jobs have sent. */
export const keptEvents = 200;
export const keptBytes = 16 * 1024 * 1024;

export type Caught = ReturnType<typeof makeCaught>;

/** What was caught, newest first. The oldest items are dropped when there are too many. */
export function makeCaught() {
  const kept: { item: Item; bytes: number }[] = [];
  let total = 0;
  const forget = (place: number) => {
    total -= kept.splice(place, 1)[0]?.bytes ?? 0;
  };
  return {
    add(item: WithoutTime<Item>): void {
      const { kind, ...rest } = item;
      const timed = { kind, at: new Date().toISOString(), ...rest } as Item;
      const bytes = JSON.stringify(timed).length;
      kept.unshift({ item: timed, bytes });
      total += bytes;
      if (isNews(timed)) {
        const alike = ({ item }: { item: Item }) => item.kind === kind && isNews(item);
        if (kept.filter(alike).length > keptEvents) forget(kept.findLastIndex(alike));
      }
      while (kept.length > keptItems || (total > keptBytes && kept.length > 1)) forget(kept.length - 1);
    },
    items: (): Item[] => kept.map(({ item }) => item),
    clear(): void {
      kept.length = 0;
      total = 0;
    },
  };
}

/** What says how jobs are doing. Other events are what jobs have published. */
const isNews = (item: Item) => item.kind === "webhook" || (item.kind === "event" && item.source === eventSource);

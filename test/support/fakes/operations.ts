import type { Operation } from "../../../lambdas/core/job/operation.ts";
import type {
  ListedOperation,
  NotChangedPage,
  OpenOperation,
  Operations,
} from "../../../lambdas/core/ports/operations.ts";

const orderOf = ({ created_at, id }: ListedOperation) => `${String(created_at).padStart(16, "0")}#${id}`;

/** Operations in memory. */
export function fakeOperations(): Operations & { all(): Operation[] } {
  const items = new Map<string, Operation>();
  const places = new Map<string, OpenOperation>();
  const lists = new Map<string, ListedOperation[]>();
  const pages = new Map<string, NotChangedPage>();
  const copy = <T>(value: T): T => structuredClone(value);
  const placeKey = ({ product, slot }: Pick<OpenOperation, "product" | "slot">) => `${product}#${slot}`;
  return {
    all: () => copy([...items.values()]),
    get: async (id) => copy(items.get(id)),
    async create(operation) {
      if (items.has(operation.id)) return "exists";
      items.set(operation.id, copy(operation));
      return "created";
    },
    async replace(next) {
      if (items.get(next.id)?.version !== next.version - 1) return "lost";
      items.set(next.id, copy(next));
      return "replaced";
    },
    async enter(open) {
      if (places.has(placeKey(open))) return "taken";
      places.set(placeKey(open), copy(open));
      return "entered";
    },
    open: async (product) => copy([...places.values()].filter((one) => one.product === (product ?? one.product))),
    async leave(open) {
      if (places.get(placeKey(open))?.id === open.id) places.delete(placeKey(open));
    },
    async enlist(product, listed) {
      lists.set(product, [...(lists.get(product) ?? []).filter(({ id }) => id !== listed.id), copy(listed)]);
    },
    async list(product, { limit, after }) {
      const all = (lists.get(product) ?? []).toSorted((one, other) => (orderOf(one) < orderOf(other) ? 1 : -1));
      return copy(all.filter((one) => !after || orderOf(one) < orderOf(after)).slice(0, limit));
    },
    async putPage(id, turn, page) {
      pages.set(`${id}#${turn}`, copy(page));
    },
    page: async (id, turn) => copy(pages.get(`${id}#${turn}`)),
  };
}

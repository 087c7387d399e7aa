import type { NotChanged, Operation } from "../job/operation.ts";

/** One of the places of a product for operations that are not over, and which one has it. */
export interface OpenOperation {
  product: string;
  slot: number;
  id: string;
  /** Since when, epoch milliseconds. */
  at: number;
}

/** Where an operation stands in the list of its product. */
export interface ListedOperation {
  id: string;
  created_at: number;
}

/** A page of jobs that were not changed. */
export interface NotChangedPage {
  /** The turn with the page before. Absent: it is the first. */
  previous?: number;
  jobs: NotChanged[];
}

/** Operations on many jobs, one item each, with one small item more for each that is not over, and one in the list of its product. */
export interface Operations {
  /** Reads consistently. */
  get(id: string): Promise<Operation | undefined>;
  /** Stores a new operation, unless there is one with its id. */
  create(operation: Operation): Promise<"created" | "exists">;
  /** Writes the next state of an operation that still has the version before. */
  replace(next: Operation): Promise<"replaced" | "lost">;

  /** Takes a place that is free. */
  enter(open: OpenOperation): Promise<"entered" | "taken">;
  /** All that have a place, of a product or of all. Reads consistently. */
  open(product?: string): Promise<OpenOperation[]>;
  /** Frees a place, unless another operation has it by now. */
  leave(open: Pick<OpenOperation, "product" | "slot" | "id">): Promise<void>;

  /** Puts an operation into the list of its product. */
  enlist(product: string, listed: ListedOperation): Promise<void>;
  /** The operations of a product, the latest first. */
  list(product: string, query: { limit: number; after?: ListedOperation | undefined }): Promise<ListedOperation[]>;

  /** Keeps a page of the jobs that a turn has not changed; `at` is when, epoch milliseconds. */
  putPage(id: string, turn: number, page: NotChangedPage, at: number): Promise<void>;
  page(id: string, turn: number): Promise<NotChangedPage | undefined>;
}

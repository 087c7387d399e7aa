import type {
  IActionRequest,
  IDbActionRequest,
  IFunctionRequest,
  IJobProcessorInput,
  INotificationRequest,
  IStorageRequest,
} from "./input.ts";
import type { JobType } from "./job.ts";

/** A product as far as a client needs to know it: `defineProduct` makes such a one. */
export interface CatalogProduct {
  readonly tag: string;
  readonly envs: readonly string[];
  readonly jobs: { readonly [event: string]: { readonly type: JobType } };
}

/** The type of a catalog: `typeof products`. */
export type Catalog = readonly CatalogProduct[];

/** The input that an event of each type takes. */
export interface EventInput {
  action: IActionRequest;
  notification: INotificationRequest;
  database_action: IDbActionRequest;
  function: IFunctionRequest;
  storage: IStorageRequest;
  feature: Record<string, unknown>;
}

/** Whether the client knows its catalog. */
type Known<C extends Catalog> = Catalog extends C ? false : true;

type EventOf<P extends CatalogProduct> = keyof P["jobs"] & string;

type Named = "product_tag" | "env" | "event" | "input";

type InputOf<P extends CatalogProduct> = P extends CatalogProduct
  ? {
      [E in EventOf<P>]: Omit<IJobProcessorInput, Named> & {
        product_tag: P["tag"];
        env: P["envs"][number];
        event: E;
        input: EventInput[P["jobs"][E]["type"]];
      };
    }[EventOf<P>]
  : never;

/**
 * The jobs that a catalog's client takes: its products, their environments and events, each with the input of its type.
 * Without a catalog: any.
 */
export type JobInput<C extends Catalog = Catalog> = Known<C> extends true ? InputOf<C[number]> : IJobProcessorInput;

/** A product of the catalog, with an environment and an event of it or without. */
export type Place<C extends Catalog = Catalog> = PlaceOf<C[number]>;

type PlaceOf<P extends CatalogProduct> = P extends CatalogProduct
  ? {
      /** The product. No default. Example: `"my-product"`. */
      product_tag: P["tag"];
      /** One of its environments. Default: every one that the key reaches. Example: `"prd"`. */
      env?: P["envs"][number];
      /** One of its events. Default: all of them. Example: `"create_order"`. */
      event?: EventOf<P>;
    }
  : never;

/** A product and an environment of it. */
export type TenantOf<C extends Catalog = Catalog> = C[number] extends infer P
  ? P extends CatalogProduct
    ? { product_tag: P["tag"]; env: P["envs"][number] }
    : never
  : never;

import type {
  IActionRequest,
  IDbActionRequest,
  IFunctionRequest,
  INotificationRequest,
  IPublishRequest,
  IStorageRequest,
} from "./event-input.ts";
import type { IJobProcessorInput } from "./input.ts";
import type { JobType } from "./job.ts";

/** The parts of a product that a client uses. `defineProduct` returns such a product. */
export interface CatalogProduct {
  readonly tag: string;
  readonly envs: readonly string[];
  readonly jobs: { readonly [event: string]: { readonly type: JobType; readonly feature?: string } };
  /** The features, each with the fields of its `input`, if any. */
  readonly features?: { readonly [feature: string]: object };
}

/** The fields of a feature's input, as the catalog declares them. */
export interface FeatureFields {
  readonly [field: string]: { readonly type: keyof FieldTypes; readonly required?: boolean };
}

/** The TypeScript types of a feature's fields. */
export interface FieldTypes {
  string: string;
  number: number;
  integer: number;
  boolean: boolean;
  object: Record<string, unknown>;
  array: unknown[];
  email: string;
  uuid: string;
  date: string;
}

/** The type of a catalog: `typeof products`. */
export type Catalog = readonly CatalogProduct[];

/** The input of events, by their type. */
export interface EventInput {
  action: IActionRequest;
  notification: INotificationRequest;
  database_action: IDbActionRequest;
  function: IFunctionRequest;
  storage: IStorageRequest;
  publish: IPublishRequest;
  feature: Record<string, unknown>;
}

type Optional<Fields extends FeatureFields> = {
  [Name in keyof Fields]: Fields[Name] extends { readonly required: false } ? Name : never;
}[keyof Fields];

/** A feature's input: its fields with their types, optional where they are not required. */
type FieldsOf<Fields extends FeatureFields> = {
  [Name in Exclude<keyof Fields, Optional<Fields>>]: FieldTypes[Fields[Name]["type"]];
} & { [Name in Optional<Fields>]?: FieldTypes[Fields[Name]["type"]] | undefined };

/** The input of an event: that of its type, or the fields of a feature if they are known. */
type InputOfEvent<P extends CatalogProduct, E extends EventOf<P>> = P["jobs"][E] extends {
  readonly type: "feature";
  readonly feature: infer F extends string;
}
  ? P extends { readonly features: { readonly [Name in F]: { readonly input: infer Fields extends FeatureFields } } }
    ? FieldsOf<Fields>
    : EventInput["feature"]
  : EventInput[P["jobs"][E]["type"]];

/** Whether the client knows its catalog. */
export type Known<C extends Catalog> = Catalog extends C ? false : true;

type EventOf<P extends CatalogProduct> = keyof P["jobs"] & string;

/** With a catalog, a product is named by `product_tag` only. */
type Named = "product_tag" | "product" | "env" | "event" | "input";

type InputOf<P extends CatalogProduct> = P extends CatalogProduct
  ? {
      [E in EventOf<P>]: Omit<IJobProcessorInput, Named> & {
        product_tag: P["tag"];
        env: P["envs"][number];
        event: E;
        input: InputOfEvent<P, E>;
      };
    }[EventOf<P>]
  : never;

/**
 * The jobs that a client of this catalog accepts: its products with their environments and events, each event with the input of
 * its type. Without a catalog, any job.
 */
export type JobInput<C extends Catalog = Catalog> = Known<C> extends true ? InputOf<C[number]> : IJobProcessorInput;

/** A product of the catalog, and optionally one of its environments and one of its events. */
export type ProductScope<C extends Catalog = Catalog> = Known<C> extends true ? ProductScopeOf<C[number]> : AnyScope;

type ProductScopeOf<P extends CatalogProduct> = P extends CatalogProduct
  ? {
      /**
       * The product.
       * @example `"my-product"`
       */
      product_tag: P["tag"];
      /**
       * One of its environments.
       * @default every env that the key has access to
       * @example `"prd"`
       */
      env?: P["envs"][number] | undefined;
      /**
       * One of its events.
       * @default all of them
       * @example `"create_order"`
       */
      event?: EventOf<P> | undefined;
    }
  : never;

/** A product by its name in either spelling, or that of the client. */
export interface AnyTenant {
  /**
   * The product.
   * @default the client's `product`
   * @example `"my-product"`
   */
  product_tag?: string | undefined;
  /** `product_tag` by the name it has in Ductape today. */
  product?: string | undefined;
  /**
   * One of its environments.
   * @default the client's `env`
   * @example `"prd"`
   */
  env?: string | undefined;
}

interface AnyScope extends AnyTenant {
  /**
   * One of its events.
   * @default all of them
   * @example `"create_order"`
   */
  event?: string | undefined;
}

/** A product and an environment of it. */
export type TenantOf<C extends Catalog = Catalog> = Known<C> extends true ? KnownTenant<C> : AnyTenant;

type KnownTenant<C extends Catalog> = C[number] extends infer P
  ? P extends CatalogProduct
    ? { product_tag: P["tag"]; env: P["envs"][number] }
    : never
  : never;

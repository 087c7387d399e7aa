import type { JobType } from "./answers.ts";
import type { Entry } from "./catalog-entry.ts";
import type { CodeOf, FeatureInputOf, PayloadOf } from "./code-types.ts";
import type { Scalar } from "./input-values.ts";
import type { EventInput, IActionRequest, IJobProcessorInput } from "./requests.ts";

/** The parts of a product that a client uses. `defineProduct` returns such a product. */
export interface CatalogProduct {
  readonly tag: string;
  readonly envs: readonly string[];
  readonly jobs: { readonly [event: string]: { readonly type: JobType; readonly feature?: string } };
  /** The features, each with the fields of its `input`, if any. */
  readonly features?: { readonly [feature: string]: object };
}

/** The fields of a feature's input or an action's body, as the catalog declares them. */
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

type SearchNameIn<Event> = Event extends { readonly search: infer Fields } ? keyof Fields & string : never;

type SearchNameOfProduct<P> = P extends CatalogProduct
  ? string extends keyof P["jobs"]
    ? string
    : SearchNameIn<P["jobs"][keyof P["jobs"]]>
  : never;

/** The names of the fields by which the jobs of a catalog are found. */
export type SearchName<C extends Catalog> = SearchNameOfProduct<C[number]>;

type Optional<Fields extends FeatureFields, Preset> = {
  [Name in keyof Fields]: Name extends Preset ? Name : Fields[Name] extends { readonly required: false } ? Name : never;
}[keyof Fields];

/** Declared fields with their types, optional where they are not required or have a default. */
type FieldsOf<Fields extends FeatureFields, Preset = never> = {
  [Name in Exclude<keyof Fields, Optional<Fields, Preset>>]: FieldTypes[Fields[Name]["type"]];
} & { [Name in Optional<Fields, Preset>]?: FieldTypes[Fields[Name]["type"]] | undefined };

/** The input of an event: that of its type, as far as the catalog says more of it. */
type InputOfEvent<P extends CatalogProduct, E extends EventOf<P>> = P["jobs"][E] extends {
  readonly type: "feature";
  readonly feature: infer F extends string;
}
  ? InputOfFeature<Entry<P, "features", F>, F>
  : P["jobs"][E] extends { readonly type: "action"; readonly app: infer App; readonly action: infer Action }
    ? InputOfAction<Entry<P, "apps", App>, Action>
    : P["jobs"][E] extends { readonly type: "function"; readonly function: infer Name }
      ? InputOfFunction<Entry<P, "functions", Name>, Name>
      : EventInput[P["jobs"][E]["type"]];

/** A feature in code says what it takes; of another, the catalog does. */
type InputOfFeature<F, Name> =
  CodeOf<F, Name> extends infer Code
    ? [Code] extends [never]
      ? F extends { readonly input: infer Fields extends FeatureFields }
        ? FieldsOf<Fields>
        : EventInput["feature"]
      : FeatureInputOf<Code> extends infer Input
        ? Input extends Record<string, unknown>
          ? Input
          : EventInput["feature"]
        : never
    : never;

/** A function of the product's own code says what its payload is; of any other, nobody does. */
type InputOfFunction<F, Name> =
  CodeOf<F, Name> extends infer Code
    ? [Code] extends [never]
      ? EventInput["function"]
      : PayloadPart<PayloadOf<Code>>
    : never;

/** A payload of any type may be left out, and so may one that takes undefined. */
type PayloadPart<Payload> = undefined extends Payload ? { payload?: Payload } : { payload: Payload };

/** An action as the catalog has it: what its type says of its input. */
export interface TypedAction {
  readonly method?: string;
  readonly path: string;
  readonly defaults?: { readonly params?: object; readonly body?: object };
  /** The fields of its body. */
  readonly body?: FeatureFields;
}

/** Distributes over the apps of a group. */
type InputOfAction<App, Action> = App extends { readonly actions: infer Actions }
  ? Action extends keyof Actions
    ? Actions[Action] extends infer A extends TypedAction
      ? ActionInput<A, ParamsOfApp<App>>
      : EventInput["action"]
    : EventInput["action"]
  : EventInput["action"];

type ActionInput<A extends TypedAction, Shared extends string> = Pick<IActionRequest, "query" | "headers"> &
  // A path that is no literal says nothing of its params.
  (string extends A["path"]
    ? Pick<IActionRequest, "params">
    : ParamsPart<ParamsOf<A["path"]>, Shared | PresetOf<A, "params">>) &
  (A extends { readonly method: "GET" } ? Record<never, never> : BodyPart<A>);

type BodyPart<A extends TypedAction> = A extends { readonly body: infer Fields extends FeatureFields }
  ? Part<"body", FieldsOf<Fields, PresetOf<A, "body">>>
  : Pick<IActionRequest, "body">;

/** The names that the action's defaults have in a part of the call. */
type PresetOf<A extends TypedAction, Name extends "params" | "body"> = A extends {
  readonly defaults: { readonly [Part in Name]: infer Values };
}
  ? keyof Values & string
  : never;

/** The params of an app's addresses, which not every env has; any, where an address is no literal. */
type ParamsOfApp<App> = App extends { readonly envs: infer Envs }
  ? Envs[keyof Envs] extends { readonly base_url: infer Url }
    ? Url extends string
      ? string extends Url
        ? string
        : ParamsOf<Url>
      : string
    : string
  : string;

type ParamsPart<Name extends string, Optional extends string> = [Name | Optional] extends [never]
  ? { params?: Record<string, never> | undefined }
  : Part<"params", { [N in Exclude<Name, Optional>]: Scalar } & { [N in Optional]?: Scalar | undefined }>;

/** A part of the input that may be left out if nothing in it is required. */
type Part<Name extends string, Value> =
  Record<never, never> extends Value ? { [N in Name]?: Value | undefined } : { [N in Name]: Value };

/** The names of the `:name` parts of a path. One that follows a letter, a digit or an underscore is a part of the text. */
type ParamsOf<Path extends string, Before extends string = ""> = Path extends `${infer First}${infer Rest}`
  ? First extends ":"
    ? Before extends WordCharacter
      ? ParamsOf<Rest, First>
      : NameAt<Rest> | ParamsOf<Rest, First>
    : ParamsOf<Rest, First>
  : never;

/** The name at the start of a text. */
type NameAt<Text extends string, Name extends string = ""> = Text extends `${infer First}${infer Rest}`
  ? First extends WordCharacter
    ? NameAt<Rest, `${Name}${First}`>
    : NameOf<Name>
  : NameOf<Name>;

/** A name does not start with a digit: `:8080` is a port. */
type NameOf<Text extends string> = Text extends "" | `${Digit}${string}` ? never : Text;

type Digit = "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9";
type Letter =
  | ("a" | "b" | "c" | "d" | "e" | "f" | "g" | "h" | "i" | "j" | "k" | "l" | "m")
  | ("n" | "o" | "p" | "q" | "r" | "s" | "t" | "u" | "v" | "w" | "x" | "y" | "z");
type WordCharacter = Digit | Letter | Uppercase<Letter> | "_";

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

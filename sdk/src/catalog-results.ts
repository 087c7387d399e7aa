import type { Job } from "./answers.ts";
import type { Catalog, CatalogProduct, Known } from "./catalog.ts";
import type { Entry } from "./catalog-entry.ts";
import type { CodeOf, ReturnedOf } from "./code-types.ts";
import type {
  DatabaseResult,
  DynamoResults,
  EventResult,
  FeatureResult,
  FunctionResult,
  HttpFunctionResult,
  MongoResults,
  SqlChange,
  SqlRows,
} from "./results.ts";

/** The result of an event of the catalog, as far as the catalog's type says it. Without a catalog, `unknown`. */
export type ResultOf<C extends Catalog, Tag extends string, Event extends string> =
  Known<C> extends true ? ResultIn<C[number], Tag, Event> : unknown;

/**
 * A job of the catalog: its `product_tag` and `event` tell the type of its `result`. A job of an event that the catalog had once is
 * typed as none of these.
 */
export type JobOf<C extends Catalog> = Known<C> extends true ? JobIn<C[number]> : Job;

type JobIn<P> = P extends CatalogProduct
  ? {
      [E in keyof P["jobs"] & string]: Omit<Job, "product_tag" | "env" | "event" | "type" | "result"> & {
        product_tag: P["tag"];
        env: P["envs"][number];
        event: E;
        type: P["jobs"][E]["type"];
        /** The result of a completed job. */
        result?: ResultOfEvent<P, P["jobs"][E]>;
      };
    }[keyof P["jobs"] & string]
  : never;

type ResultIn<P, Tag, Event> = P extends CatalogProduct
  ? P["tag"] extends Tag
    ? Event extends keyof P["jobs"]
      ? ResultOfEvent<P, P["jobs"][Event]>
      : never
    : never
  : never;

type ResultOfEvent<P extends CatalogProduct, E> = E extends { readonly type: "feature"; readonly feature: infer Name }
  ? ResultOfFeature<Entry<P, "features", Name>, Name>
  : E extends { readonly type: "database_action"; readonly database: infer Name; readonly action: infer Action }
    ? DatabaseResultOf<Entry<P, "databases", Name>, Action>
    : E extends { readonly type: "function"; readonly function: infer Name }
      ? FunctionResultOf<Entry<P, "functions", Name>, Name>
      : E extends { readonly type: infer Type extends keyof EventResult }
        ? EventResult[Type]
        : never;

/** A feature in code returns its result; of another, the catalog says it. */
type ResultOfFeature<F, Name> =
  CodeOf<F, Name> extends infer Code ? ([Code] extends [never] ? FeatureResultOf<F> : ReturnedOf<Code>) : never;

type DatabaseResultOf<Database, Action> = Database extends {
  readonly engine: infer Engine;
  readonly actions: infer Actions;
}
  ? Action extends keyof Actions
    ? Actions[Action] extends { readonly operation: infer Operation }
      ? ResultOfOperation<Engine, Operation>
      : DatabaseResult
    : DatabaseResult
  : DatabaseResult;

type ResultOfOperation<Engine, Operation> = Engine extends "postgres" | "mysql"
  ? Operation extends "read" | "aggregate"
    ? SqlRows
    : SqlChange
  : Engine extends "mongodb"
    ? Operation extends keyof MongoResults
      ? MongoResults[Operation]
      : DatabaseResult
    : Engine extends "dynamodb"
      ? Operation extends keyof DynamoResults
        ? DynamoResults[Operation]
        : DatabaseResult
      : DatabaseResult;

type FunctionResultOf<F, Name> = [CodeOf<F, Name>] extends [never] ? ResultOfExisting<F> : ReturnedOf<CodeOf<F, Name>>;

type ResultOfExisting<F> = F extends { readonly envs: infer Envs }
  ? Envs[keyof Envs] extends { readonly provider: "http" }
    ? HttpFunctionResult
    : FunctionResult
  : FunctionResult;

type FeatureResultOf<F> = F extends { readonly output: infer Output }
  ? { [Name in keyof Output]: OutputValue<Output[Name]> }
  : F extends { readonly sequences: infer Sequences }
    ? { [Sequence in keyof Sequences]?: Record<string, unknown> }
    : FeatureResult;

/** A value of an output map: a text is itself unless a part of it is an expression, which begins with a dollar. */
type OutputValue<V> = V extends string
  ? string extends V
    ? unknown
    : V extends `${string}$${string}`
      ? unknown
      : V
  : V extends number | boolean | null
    ? V
    : V extends readonly unknown[]
      ? unknown[]
      : V extends object
        ? { [Name in keyof V]: OutputValue<V[Name]> }
        : unknown;

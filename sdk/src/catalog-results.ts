import type { Catalog, CatalogProduct, Known } from "./catalog.ts";
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

type ResultIn<P, Tag, Event> = P extends CatalogProduct
  ? P["tag"] extends Tag
    ? Event extends keyof P["jobs"]
      ? ResultOfEvent<P, P["jobs"][Event]>
      : never
    : never
  : never;

type ResultOfEvent<P extends CatalogProduct, E> = E extends { readonly type: "feature"; readonly feature: infer Name }
  ? FeatureResultOf<Entry<P, "features", Name>>
  : E extends { readonly type: "database_action"; readonly database: infer Name; readonly action: infer Action }
    ? DatabaseResultOf<Entry<P, "databases", Name>, Action>
    : E extends { readonly type: "function"; readonly function: infer Name }
      ? FunctionResultOf<Entry<P, "functions", Name>>
      : E extends { readonly type: infer Type extends keyof EventResult }
        ? EventResult[Type]
        : never;

/** The entry of a catalog's section; of a fallback or quota, the entries that it stands for. */
type Entry<P, Section extends string, Name> = P extends { readonly [S in Section]: infer Entries }
  ? Name extends keyof Entries
    ? Entries[Name] extends { readonly fallback: readonly (infer M)[] } | { readonly quota: readonly (infer M)[] }
      ? EntryOfMember<Entries, M>
      : Entries[Name]
    : unknown
  : unknown;

/** Distributes over the members, so the result is that of any of them. */
type EntryOfMember<Entries, M> = M extends { readonly use: infer Name extends keyof Entries }
  ? Entries[Name]
  : M extends keyof Entries
    ? Entries[M]
    : unknown;

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

type FunctionResultOf<F> = F extends { readonly envs: infer Envs }
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

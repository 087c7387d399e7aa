import * as z from "zod";
import { ownValue } from "../../../core/catalog/catalog.ts";
import { isReference } from "../../../core/catalog/references.ts";
import { withoutRequired } from "../../../core/kernel/fields.ts";
import { fieldsJsonSchema } from "../../../core/kernel/fields-json-schema.ts";
import { httpUrl } from "../../../core/kernel/url.ts";
import { callInput } from "../../clients/http/call-input.ts";
import { paramsOf, pathBelow } from "../../clients/http/url.ts";
import type { AppTarget } from "./target.ts";

type JsonSchema = Record<string, unknown> & { properties: Record<string, Record<string, unknown>> };

/** The input of an action as a JSON Schema, for callers: with the params of its path, and the fields of its body if the catalog has them. */
export function actionInputSchema(target: AppTarget, name: string): Record<string, unknown> | undefined {
  const called = ownValue(target.actions, name);
  if (!called) return undefined;
  const { method, path, body, defaults = {} } = called;
  const schema = z.toJSONSchema(callInput, { io: "input", unrepresentable: "any" }) as JsonSchema;
  const { params: anyParams, body: anyBody, ...others } = schema.properties;
  const params = paramsSchema(pathsOf(target, path), anyParams ?? {}, defaults.params ?? {});
  const bodySchema = body ? withoutVersion(fieldsJsonSchema(withoutRequired(body, defaults.body))) : anyBody;
  const properties = { ...others, params, ...(method !== "GET" && { body: bodySchema }) };
  const required = Object.entries(properties).flatMap(([part, one]) => (hasRequired(one) ? [part] : []));
  return { ...schema, properties, ...(required.length > 0 && { required }) };
}

const hasRequired = (schema: Record<string, unknown> | undefined): boolean =>
  Array.isArray(schema?.required) && schema.required.length > 0;

const withoutVersion = ({ $schema: _, ...schema }: Record<string, unknown>) => schema;

/** The whole path in each env, or the action's own where the base URL is behind a reference. */
const pathsOf = ({ envs }: AppTarget, path: string): { path: string; isWhole: boolean }[] =>
  Object.values(envs).map(({ base_url }) => {
    const url = isReference(base_url) ? undefined : httpUrl(base_url);
    return { path: url ? pathBelow(url, path) : path, isWhole: url !== undefined };
  });

/** What every env asks for is required; what only some have is allowed. */
function paramsSchema(
  paths: readonly { path: string; isWhole: boolean }[],
  any: Record<string, unknown>,
  defaults: object,
): Record<string, unknown> {
  const names = paths.map(({ path }) => paramsOf(path));
  const all = [...new Set(names.flat())];
  const required = all.filter((name) => !Object.hasOwn(defaults, name) && names.every((some) => some.includes(name)));
  const { additionalProperties: scalar } = any;
  return {
    type: "object",
    properties: Object.fromEntries(all.map((name) => [name, scalar])),
    ...(required.length > 0 && { required }),
    additionalProperties: paths.every(({ isWhole }) => isWhole) ? false : scalar,
  };
}

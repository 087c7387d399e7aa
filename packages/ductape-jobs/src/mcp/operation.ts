import type { Json } from "../cli/api.ts";

type Method = "GET" | "POST" | "PUT" | "DELETE";

interface Parameter {
  name: string;
  in: "path" | "query";
  required: boolean;
  schema: Json;
}

/** An operation of the API, as its OpenAPI document describes it. */
export interface Operation {
  id: string;
  method: Method;
  path: string;
  summary: string;
  description: string;
  /** The verb that the key needs, such as `jobs:read`; none where any key may. */
  scope: string | undefined;
  parameters: Parameter[];
  body: { schema: Json; required: boolean } | undefined;
}

/** What is read of an OpenAPI document. */
export interface OpenApi {
  paths: Record<string, Record<string, OperationObject>>;
  components: { schemas: Record<string, Json> };
}

interface OperationObject {
  operationId: string;
  summary?: string;
  description?: string;
  parameters?: { name: string; in: string; required?: boolean; description?: string; schema: Json }[];
  requestBody?: { required?: boolean; content: Record<string, { schema: Json }> };
}

/** The document says it in words, since OpenAPI has no scopes for keys. */
const scopePattern = /Requires the scope `([\w:]+)`\./;

/** All operations of a document. Headers are left out: what they say can be said in the query and the body as well. */
export const operationsOf = ({ paths }: Pick<OpenApi, "paths">): Operation[] =>
  Object.entries(paths).flatMap(([given, methods]) =>
    Object.entries(methods).map(([method, operation]): Operation => {
      const path = named(given);
      const { operationId, summary = "", description = "", parameters = [], requestBody } = operation;
      const schema = requestBody?.content["application/json"]?.schema;
      return {
        id: operationId,
        method: method.toUpperCase() as Method,
        path,
        summary,
        description: description.replace(scopePattern, "").trim(),
        scope: scopePattern.exec(description)?.[1],
        parameters: parameters.flatMap((one) =>
          parameterOf(path === given ? one : { ...one, name: inAnswers(one.name) }),
        ),
        body: schema && { schema, required: requestBody?.required ?? false },
      };
    }),
  );

/** The id of a job has the name that answers give it, so that an agent passes on what it was told. */
const named = (path: string): string => path.replace(/^(\/v1\/jobs\/)\{id\}/, "$1{job_id}");
const inAnswers = (name: string): string => (name === "id" ? "job_id" : name);

function parameterOf(parameter: NonNullable<OperationObject["parameters"]>[number]): Parameter[] {
  const { name, in: place, required = false, description, schema } = parameter;
  if (place !== "path" && place !== "query") return [];
  return [{ name, in: place, required, schema: { ...schema, ...(description !== undefined && { description }) } }];
}

import * as z from "zod";
import { withHead } from "../../aws/http/only-routes.ts";
import type { Route } from "../../aws/http/route.ts";
import type { AnswerDoc, RouteDoc } from "../../aws/http/route-doc.ts";
import { type Json, jsonSchemas } from "./json-schemas.ts";
import { problemAnswers } from "./problems.ts";
import { webhookOperations } from "./webhooks.ts";

type Schemas = ReturnType<typeof jsonSchemas>;

const tags = [
  { name: "jobs", description: "Schedule, read and change jobs." },
  { name: "catalog", description: "The products and events that jobs can be scheduled for." },
  { name: "service", description: "Health and documentation of the API." },
];

/** The OpenAPI 3.1 document of these routes. Its request schemas are made from the zod schemas that check requests. */
export function openApiDocument<S>(routes: readonly Route<S>[]): Json {
  const schemas = jsonSchemas();
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const operation = operationOf(route, route.endpoint.doc(), { schemas, methods: methodsOf(routes, route.path) });
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Ductape Jobs",
      version: "1.0.0",
      description:
        "Ductape Jobs is a job scheduler. A job runs an event of a product, in one of its environments (envs), with an input, at a time, once or repeatedly. Products and their events are defined in the catalog of the deployment. All times in answers are epoch milliseconds.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    security: [{ apiKey: [] }],
    tags,
    paths,
    webhooks: webhookOperations(schemas),
    components: {
      schemas: schemas.components,
      securitySchemes: {
        apiKey: {
          type: "http",
          scheme: "bearer",
          description:
            "An API key. Its scopes limit it to products, envs and verbs (`jobs:read`, `jobs:write`, `jobs:input`, `jobs:admin`, which includes the others).",
        },
      },
    },
  };
}

const methodsOf = <S>(routes: readonly Route<S>[], path: string): string =>
  routes
    .filter((route) => route.path === path)
    .flatMap(({ method }) => withHead(method))
    .join(", ");

function operationOf<S>(
  { id, path, open, scope, tagged }: Route<S>,
  doc: RouteDoc,
  { schemas, methods }: { schemas: Schemas; methods: string },
): Json {
  const { tag, summary, description, query, headers, body, answers, errors } = doc;
  const parameters = [
    ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
      name,
      in: "path",
      required: true,
      schema: { type: "string" },
    })),
    ...(query ? parameterDocsOf(query, "query", schemas) : []),
    ...(headers ? parameterDocsOf(headers, "header", schemas) : []),
    ...(tagged ? parameterDocsOf(IfNoneMatch, "header", schemas) : []),
  ];
  const scopes = scope && `Requires the scope \`${scope}\`.`;
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...((description || scopes) && { description: [description, scopes].filter(Boolean).join(" ") }),
    ...(open && { security: [] }),
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: requestBodyOf(body, schemas) }),
    responses: {
      ...Object.fromEntries(
        Object.entries(tagged ? withTags(answers) : answers).map(([status, answer]) => [
          status,
          responseDocOf(answer, schemas),
        ]),
      ),
      ...problemAnswers({ errors, open, methods }, schemas),
    },
  };
}

const IfNoneMatch = z.object({
  "If-None-Match": z.string().optional().describe("The `ETag` of an earlier answer, or several of them (RFC 9110)."),
});

/** What a route answers whose answers have an ETag. */
function withTags({ 200: answer, ...others }: Record<number, AnswerDoc>): Record<number, AnswerDoc> {
  const ETag = "Weak: it changes with what the answer says.";
  const known = { description: "The answer is still the one that `If-None-Match` names.", headers: { ETag } };
  return { ...others, ...(answer && { 200: { ...answer, headers: { ...answer.headers, ETag } } }), 304: known };
}

function parameterDocsOf(schema: z.ZodObject, place: "query" | "header", schemas: Schemas): Json[] {
  const { properties = {}, required = [] } = schemas.of(schema, "input") as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: place,
    ...(description !== undefined && { description }),
    ...(required.includes(name) && { required: true }),
    // `where[order]=A-17`
    ...(rest.type === "object" && { style: "deepObject", explode: true }),
    schema: rest,
  }));
}

function requestBodyOf({ schema, optional, examples }: NonNullable<RouteDoc["body"]>, schemas: Schemas): Json {
  const named = Object.entries(examples ?? {}).map(([name, value]) => [name, { value }]);
  return {
    required: !optional,
    content: {
      "application/json": {
        schema: schemas.of(schema, "input"),
        ...(named.length > 0 && { examples: Object.fromEntries(named) }),
      },
    },
  };
}

function responseDocOf({ description, schema, headers, example }: AnswerDoc, schemas: Schemas): Json {
  const described = Object.entries(headers ?? {}).map(([name, text]) => [
    name,
    { description: text, schema: { type: "string" } },
  ]);
  return {
    description,
    ...(described.length > 0 && { headers: Object.fromEntries(described) }),
    ...(schema && {
      content: {
        "application/json": { schema: schemas.of(schema, "output"), ...(example !== undefined && { example }) },
      },
    }),
  };
}

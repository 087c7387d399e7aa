import { Ajv2020 } from "ajv/dist/2020.js";
import { openApiDocument } from "../../lambdas/api/openapi/document.ts";
import { routes } from "../../lambdas/api/routes.ts";

type Answers = Record<string, { content?: Record<string, object> }>;

export const document = openApiDocument(routes) as {
  paths: Record<string, Record<string, { responses: Answers; requestBody?: unknown }>>;
  components: { schemas: Record<string, unknown> };
};

/** Closes the answers' schemas, which are open to readers, so that an undocumented field is a fault. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== "object" || value === null) return value;
  const inner = Object.fromEntries(Object.entries(value).map(([key, one]) => [key, closed(one)]));
  const isOpen = inner.type === "object" && inner.properties && inner.additionalProperties === undefined;
  return isOpen ? { ...inner, additionalProperties: false } : inner;
}

const ajv = new Ajv2020({
  strict: false,
  allErrors: true,
  validateFormats: false,
  validateSchema: false,
  // To make shorter code takes longer than to run the longer one.
  code: { optimize: false },
});
ajv.addSchema(closed(document) as object, "openapi");

/** Throws unless the value matches the schema at this place of the document. */
export function assertValid(value: unknown, place: string[]): void {
  const pointer = place.map((step) => `/${encodeURIComponent(step.replaceAll("~", "~0").replaceAll("/", "~1"))}`);
  const validate = ajv.getSchema(`openapi#${pointer.join("")}`);
  if (!validate) throw new Error(`the document has no schema at ${place.join(" ")}`);
  if (!validate(value)) throw new Error(`not as documented at ${place.join(" ")}: ${ajv.errorsText(validate.errors)}`);
}

/** Paths without parameters first, as the router orders them. */
const patterns = Object.keys(document.paths)
  .sort((a, b) => Number(a.includes("{")) - Number(b.includes("{")))
  .map((path) => ({ path, pattern: new RegExp(`^${path.replace(/\{[^}]+\}/g, "[^/]+")}$`) }));

export interface Answered {
  status: number | undefined;
  headers: Record<string, unknown>;
  body: unknown;
}

/** Throws unless the document allows this answer to this request. */
export function assertDocumented(method: string, path: string, { status, headers, body }: Answered): void {
  if (method === "HEAD") {
    if (body !== null) throw new Error(`HEAD ${path} has a body`);
    return;
  }
  // Methods are case-sensitive (RFC 9110 9.1): "get" is not a method that we know.
  const verb = method === method.toUpperCase() ? method.toLowerCase() : "";
  const known = patterns.find((one) => one.pattern.test(path) && document.paths[one.path]?.[verb]);
  if (!known) {
    assertValid(body, ["components", "schemas", "Problem"]);
    return;
  }
  const answer = document.paths[known.path]?.[verb]?.responses[String(status)];
  const where = `${method} ${known.path} ${status}`;
  if (!answer) throw new Error(`${where} is not documented`);
  if (!answer.content) {
    if (body === null) return;
    throw new Error(`${where} has a body, and none is documented`);
  }
  const type = String(headers["content-type"]);
  if (!answer.content[type]) throw new Error(`${where} as ${type} is not documented`);
  assertValid(body, ["paths", known.path, verb, "responses", String(status), "content", type, "schema"]);
}

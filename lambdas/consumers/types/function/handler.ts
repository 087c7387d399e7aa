import { consumerOfEnds } from "../../consumer.ts";
import { CodeSaid, endBy } from "./answered.ts";
import { execute } from "./execute.ts";

export const handler = consumerOfEnds("function", execute, {
  schema: CodeSaid,
  end: (services, said) => endBy(services, execute, said, services.options),
});

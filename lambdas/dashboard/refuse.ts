import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { problemOf } from "../aws/http/problem.ts";
import { RequestError } from "../core/kernel/request-error.ts";
import { dashboardMethods } from "../topology.ts";
import type { FileOfPage } from "./files.ts";
import { pageHeaders } from "./headers.ts";

type Answer = APIGatewayProxyStructuredResultV2;

/** Browsers receive a page that says what is wrong, programs a problem. */
export function refuseMissing(event: APIGatewayProxyEventV2, file: FileOfPage | undefined): Answer {
  const unbuilt = file !== undefined && !file.hashed;
  if (!isBrowser(event)) return problem(event, new RequestError("ROUTE_NOT_FOUND", "There is no such file."));
  const headers = { ...pageHeaders, "content-type": "text/html; charset=utf-8" };
  return { statusCode: unbuilt ? 503 : 404, headers, body: unbuilt ? notBuilt : noSuchPage };
}

const isBrowser = ({ headers }: APIGatewayProxyEventV2): boolean => (headers.accept ?? "").includes("text/html");

export function wrongMethod(event: APIGatewayProxyEventV2): Answer {
  const allow = dashboardMethods.join(", ");
  return problem(event, new RequestError("METHOD_NOT_ALLOWED", `This path allows ${allow}.`), { allow });
}

function problem(event: APIGatewayProxyEventV2, error: RequestError, more: Record<string, string> = {}): Answer {
  const body = problemOf(error, event.requestContext.requestId);
  const headers = { ...pageHeaders, "content-type": "application/problem+json", ...more };
  return { statusCode: body.status, headers, body: JSON.stringify(body) };
}

/** Without styles: the policy allows none but those of files, and only the page knows the names of its files. */
const document = (title: string, text: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} - Ductape Jobs</title>
</head>
<body>
<main>
<h1>${title}</h1>
<p>${text}</p>
</main>
</body>
</html>
`;

const noSuchPage = document("There is no such page", "Ductape Jobs has nothing at this address.");
const notBuilt = document(
  "The dashboard is not built",
  "Run <code>npm run build:dashboard</code> where the system was started or deployed from, then reload this page.",
);

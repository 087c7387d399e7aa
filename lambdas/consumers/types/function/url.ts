/** The service and region that a request to an AWS host is signed for, if the host name contains them. */
export function signedFor({ hostname }: URL): { service: string; region?: string } {
  const name = /\.(lambda-url|execute-api)\.([a-z0-9-]+)\.(on\.aws|amazonaws\.com(\.cn)?)$/.exec(hostname);
  if (!name) return { service: "lambda" };
  return { service: name[1] === "execute-api" ? "execute-api" : "lambda", region: name[2] as string };
}

/** Has the name of the SDK's own error, which the fault tables recognize. */
class CredentialsProviderError extends Error {
  override name = "CredentialsProviderError";
}

/**
 * The credentials of the function's role. Lambda puts them into the environment, and they are valid for the lifetime of the
 * execution environment. Every client gets them explicitly, so that none needs the SDK's default chain of profiles, SSO, STS,
 * containers and instances, which the bundles leave out (`infra/bundle/bundle.ts`).
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
export async function roleCredentials() {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
  if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY)
    throw new CredentialsProviderError("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set.");
  return {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }),
  };
}

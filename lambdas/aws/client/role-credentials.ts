/** By the name that the SDK gives it, which the tables of faults know. */
class CredentialsProviderError extends Error {
  override name = "CredentialsProviderError";
}

/**
 * The credentials of the function's role, which Lambda puts into the environment, where they are good for as long as the
 * environment lives. Every client gets them, so that none looks through profiles, SSO, STS, containers and instances, as
 * the SDK's default chain would; a bundle goes without those (`infra/bundle/bundle.ts`).
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

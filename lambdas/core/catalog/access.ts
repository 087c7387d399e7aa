/** An ARN. Its region and account default to those of the deployment; its partition is always that of the deployment. */
export interface Arn {
  service: string;
  /** Empty where ARNs of the service have none. */
  region?: string | undefined;
  account?: string;
  resource: string;
}

type Resources =
  | { resources: readonly (string | Arn)[] }
  /** Every resource except these, for actions on things without an ARN. */
  | { notResources: readonly (string | Arn)[] };

/** A statement of the IAM policy of a type's consumer: actions that its role allows. */
export type Access = Resources & {
  actions: readonly string[];
  /** In IAM's form: `{ StringEquals: { "ses:FromAddress": "orders@shop.example" } }`. */
  conditions?: Record<string, Record<string, string>>;
  /** Whether to limit the statement to the account of the deployment, for ARNs that do not name the account. */
  ownAccountOnly?: true;
  /** Why a resource needs a wildcard. Without a reason, none may have one. */
  reason?: string;
};

/**
 * A name for an IAM pattern. A character that would be a wildcard there, or that is not allowed in the id of an acknowledgement,
 * becomes `?`, which matches any one character. IAM could escape wildcards exactly, but the CDK refuses such ids.
 */
export const literally = (name: string): string => name.replace(/[*?{}()[\]<>]/g, "?");

/**
 * Whether a server may be AWS's: it has no endpoint, or one behind a reference, whose value is unknown at synth, or one with a host
 * name of AWS. Other servers do not use IAM, so there is nothing to grant.
 */
export const mayBeAws = (endpoint: unknown): boolean =>
  typeof endpoint !== "string" ||
  !URL.canParse(endpoint) ||
  /(^|\.)(amazonaws\.com(\.cn)?|api\.aws)$/.test(new URL(endpoint).hostname);

/** The ARN of something in AWS. Without a region or account it is in those of the deployment; the partition always is. */
export interface Arn {
  service: string;
  /** Empty where ARNs of the service have none. */
  region?: string | undefined;
  account?: string;
  resource: string;
}

type Resources =
  | { resources: readonly (string | Arn)[] }
  /** Everything but these, for actions on things that have no ARN. */
  | { notResources: readonly (string | Arn)[] };

/** A statement of the IAM policy of a type's consumer: something that it may do with its own role. */
export type Access = Resources & {
  actions: readonly string[];
  /** As IAM writes them: `{ StringEquals: { "ses:FromAddress": "orders@shop.example" } }`. */
  conditions?: Record<string, Record<string, string>>;
  /** Only what belongs to the account of the deployment, where the ARN does not say whose it is. */
  ownAccountOnly?: true;
  /** Why a resource cannot do without a wildcard; only then may it hold one. */
  reason?: string;
};

/**
 * A name for an IAM pattern: a character that would be a wildcard there, or that an acknowledgement's id may not hold,
 * becomes `?`, which stands for any one character. IAM could spell wildcards exactly, but the CDK refuses such ids.
 */
export const literally = (name: string): string => name.replace(/[*?{}()[\]<>]/g, "?");

/**
 * Whether a server may be AWS's: no endpoint is given, it is behind a reference that nobody knows at synth, or its host
 * name is AWS's. Other servers know nothing of IAM, so there is nothing to grant.
 */
export const mayBeAws = (endpoint: unknown): boolean =>
  typeof endpoint !== "string" ||
  !URL.canParse(endpoint) ||
  /(^|\.)(amazonaws\.com(\.cn)?|api\.aws)$/.test(new URL(endpoint).hostname);

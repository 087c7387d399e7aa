/**
 * A resource of a resolved policy as one string, as cdk-nag writes it in its findings: `<Queue.Arn>`, `arn:<AWS::Partition>:s3:::a/*`.
 * Not cdk-nag's own function, because that package requires a recent CDK of every app.
 */
export function resourceName(resource: unknown): string {
  if (typeof resource === "string") return resource.replaceAll("${", "<").replaceAll("}", ">");
  const [[intrinsic, value] = []] = Object.entries(resource as Record<string, unknown>);
  switch (intrinsic) {
    case "Fn::Join": {
      const [delimiter, parts] = value as [string, unknown[]];
      return parts.map(resourceName).join(delimiter);
    }
    case "Fn::GetAtt":
      return `<${(value as unknown[]).map(resourceName).join(".")}>`;
    case "Ref":
      return `<${resourceName(value)}>`;
    case "Fn::Sub":
    case "Fn::ImportValue":
      return resourceName(value);
    default:
      return JSON.stringify(resource);
  }
}

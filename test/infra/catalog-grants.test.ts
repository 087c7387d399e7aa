import { defineProduct } from "../../lambdas/consumers/define-product.ts";
import { registry } from "../../lambdas/consumers/registry.ts";
import { parameter, secret } from "../../lambdas/core/references.ts";
import { type Permission, permissionsOfEntry, synthesize } from "./synth.ts";

const granted = /^(secretsmanager|ssm|kms):/;
const grantsOf = (permissions: Permission[]) =>
  permissions
    .filter(({ action }) => granted.test(action))
    .map(({ action, resource }) => `${action} ${resource.replace("arn:<AWS::Partition>:", "")}`);

const secretOf = (name: string) =>
  `secretsmanager:GetSecretValue secretsmanager:<AWS::Region>:<AWS::AccountId>:secret:${name}-??????`;
const parameterOf = (path: string) => `ssm:GetParameter ssm:<AWS::Region>:<AWS::AccountId>:parameter${path}`;

describe("with the demo's catalog", () => {
  const { service } = synthesize();

  test("the consumer of actions reads what the apps name", () => {
    expect(grantsOf(permissionsOfEntry(service, "consumers/action"))).toEqual([
      secretOf("my-product/shop"),
      parameterOf("/my-product/shop-url"),
    ]);
  });

  test("the consumer of notifications reads what the notifications name, not the shop's token", () => {
    expect(grantsOf(permissionsOfEntry(service, "consumers/notification"))).toEqual([
      secretOf("my-product/fcm"),
      secretOf("my-product/smtp"),
      parameterOf("/my-product/callback-url"),
      parameterOf("/my-product/fcm-endpoint"),
    ]);
  });

  test.each(["database_action", "function", "storage", "feature"])("the consumer of type %s reads nothing", (type) => {
    expect(grantsOf(permissionsOfEntry(service, `consumers/${type}`))).toEqual([]);
  });

  test.each(["api", "reconciler"])("%s reads no secret of the catalog", (entry) => {
    expect(grantsOf(permissionsOfEntry(service, entry))).toEqual([]);
  });
});

test("names are granted once, over all products and envs, whichever key of a secret is meant", () => {
  const shop = (tag: string) =>
    defineProduct({
      tag,
      envs: ["dev", "prd"],
      jobs: {},
      apps: {
        shop: {
          envs: {
            dev: { base_url: parameter("/shared/url"), auth: { type: "bearer", token: secret("shared#dev") } },
            prd: { base_url: parameter("/shared/url"), auth: { type: "bearer", token: secret(`${tag}/own#prd`) } },
          },
          actions: {},
        },
      },
    });
  const { service } = synthesize({}, [shop("b"), shop("a")]);
  expect(grantsOf(permissionsOfEntry(service, `consumers/${registry.action.type}`))).toEqual([
    secretOf("a/own"),
    secretOf("b/own"),
    secretOf("shared"),
    parameterOf("/shared/url"),
  ]);
});

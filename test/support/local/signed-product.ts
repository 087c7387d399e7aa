/** The `products/index.ts` of a checkout with one more product: its requests bring tokens, and its app takes a credential. */
export const signedProduct = (jwks: string) => `
  import { parameter, secret } from "../lambdas/core/catalog/references.ts";
  const shop = { base_url: parameter("/signed/shop-url"), credentials: { partner: secret("signed/shop#partner") } };
  const user = { jwks: ${JSON.stringify(jwks)}, audience: "shop", issuer: "https://idp.example" };
  const staff = { secret: secret("signed/session#secret"), audience: "shop" };
  const everywhere = (value) => ({ dev: value, prd: value });
  const order = { params: { customer: "$Session{user}{sub}" }, headers: { "x-partner": "$Auth{shop}{partner}" } };
  const signed = {
    tag: "signed",
    name: "Signed",
    envs: ["dev", "prd"],
    sessions: { user: { envs: everywhere(user) }, staff: { envs: everywhere(staff) } },
    jobs: {
      order: { type: "action", app: "shop", action: "order", expressions: true },
      welcome: { type: "feature", feature: "welcome" },
    },
    apps: { shop: { envs: everywhere(shop), actions: { order: { method: "POST", path: "/orders/:customer" } } } },
    features: { welcome: { sequences: { main: [{ event: "order", input: order }] } } },
  };
  export const products = [signed];
`;

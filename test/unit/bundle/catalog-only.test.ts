import { refusing } from "../../../infra/bundle/catalog-only.ts";

const module = `import * as z from "zod";
const Url = z.url();
export const Auth = z.enum(["none"]);
export type Auth = z.infer<typeof Auth>;
export const appTarget = () =>
  strict({ url: Url });
export function checkApp(app: App, product: Product): Fault[] {
  return [];
}
`;

test("what is for the check of the catalog is there by name, and refuses", async () => {
  const { appTarget, checkApp, ...rest } = await import(`data:text/javascript,${encodeURIComponent(refusing(module))}`);
  expect(appTarget).toThrow("a deployed catalog is not checked: appTarget");
  expect(checkApp).toThrow("a deployed catalog is not checked: checkApp");
  expect(rest).toEqual({});
});

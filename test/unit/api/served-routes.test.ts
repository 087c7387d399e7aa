import { routes } from "../../../lambdas/api/routes.ts";
import { servedRoutes } from "../../../lambdas/api/served-routes.ts";

const face = ({ method, path, open, takesQuery }: (typeof servedRoutes)[number]) => ({
  method,
  path,
  open,
  takesQuery,
});

test("a cold start serves every route, as it is", () => {
  expect(servedRoutes.map(face)).toEqual(routes.map(face));
});

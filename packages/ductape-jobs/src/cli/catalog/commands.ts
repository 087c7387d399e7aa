import type { Command } from "commander";
import { readTime } from "../arguments/read-time.ts";
import { type Act, calling, withApi, withPages } from "../context.ts";
import { getDefinition, listDefinitions } from "./definitions.ts";
import { listErrors } from "./errors.ts";
import { listProducts, showProduct } from "./products.ts";
import { showStats } from "./stats.ts";

/** What there is to schedule, and what became of it as a whole. */
export function addCatalog(program: Command, act: Act): void {
  withApi(program.command("products").description("list products with their events, or show one").argument("[product]"))
    .option("--event <event>", "show this event of the product, with the JSON Schema of its input")
    .action(
      act(
        calling((context, tag: string | undefined, options) =>
          tag === undefined ? listProducts(context, options) : showProduct(context, tag, options),
        ),
      ),
    );
  const definitions = program.command("definitions").description("show what runs of features keep");
  withApi(definitions.command("list").description("list the definitions that features of a product have had"))
    .requiredOption("--product <tag>", "the product")
    .option("--event <event>", "only of this event, which the catalog may have lost")
    .action(act(calling(listDefinitions)));
  withApi(
    definitions
      .command("get")
      .description("show what a feature said when runs began, and what the catalog says otherwise")
      .argument("<definition_id>"),
  ).action(act(calling(getDefinition)));
  withApi(withPages(program.command("errors").description("list what failed for good, grouped by cause")))
    .option("--product <tag>", "only of this product")
    .option("--env <env>", "only of this env")
    .option("--from <time>", "from the day of this time (default: 24 hours ago): -7d, or an RFC 3339 time", readTime)
    .option("--to <time>", "until the end of the day of this time (default: now)", readTime)
    .action(act(calling(listErrors)));
  withApi(program.command("stats").description("show how many jobs ran, how late and how long"))
    .requiredOption("--product <tag>", "the product")
    .requiredOption("--env <env>", "the env")
    .option("--event <event>", "only of this event, which has `trends` in the catalog")
    .option("--from <time>", "from the hour of this time (default: 24 hours ago): -7d, or an RFC 3339 time", readTime)
    .option("--to <time>", "until the end of the hour of this time (default: now)", readTime)
    .action(act(calling(showStats)));
}

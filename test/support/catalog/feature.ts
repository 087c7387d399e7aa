import { part } from "./part.ts";

export const feature = part({
  jobs: {
    place_order: { type: "feature", feature: "place_order" },
  },
  /** Two sequences: a step that takes the output of the one before it, and a step that waits for the other sequence. */
  features: {
    place_order: {
      input: { customer: { type: "string", max: 64 }, sku: { type: "string" }, quantity: { type: "integer", min: 1 } },
      sequences: {
        main: [
          { event: "calculate_price", input: { payload: { sku: "$Input{sku}", quantity: "$Input{quantity}" } } },
          {
            event: "create_order",
            input: {
              params: { customer: "$Input{customer}" },
              body: {
                sku: "$Input{sku}",
                quantity: "$Input{quantity}",
                price: "$Sequence{main}{calculate_price}{body}",
              },
            },
          },
        ],
        mail: [
          {
            event: "send_notification",
            depends_on: ["main.create_order"],
            allow_fail: true,
            input: {
              slug: "order_update",
              email: {
                to: "$Concat([$Input{customer}, 'example.com'], '@')",
                subject: { en: "$Concat(['Your order of', $Uppercase($Input{sku})], ' ')" },
                template: { en: "<p>It is on its way.</p>" },
              },
            },
          },
        ],
      },
      output: { order: "$Sequence{main}{create_order}{body}", placed_at: "$Dateformat($Now, 'YYYY-MM-DD')" },
    },
  },
});

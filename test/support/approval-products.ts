/** A catalog whose product has a feature that asks for an approval by a mail, to replace that of a checkout. */
export const approvalProducts = `
import { products as all } from "../test/support/catalog/products.ts";
const [mine] = all;
const { customers } = mine.notifications;
const question = "Refund $Input{total} EUR for order $Input{order}?";
const decision = {
  email: {
    subject: "{{question}}",
    template: '<h1 style="font-size:18px">{{question}}</h1><p><a href="{{url}}">Decide now</a></p>',
  },
};
const email = { to: "refunds@example.com", subject: { question }, template: { question, url: "$Approval{url}" } };
const approve = {
  title: question,
  show: [
    { label: "Order", value: "$Input{order}" },
    { label: "Amount", value: "$Input{total} EUR" },
    { label: "Reason", value: "$Input{reason}" },
  ],
  ask: { event: "send_notification", to: "refunds@example.com", input: { slug: "decision", email } },
  timeout: "24h",
  otherwise: "reject",
};
const sequences = {
  main: [
    { step: "decision", approve },
    {
      event: "create_order",
      if: { value: "$Sequence{main}{decision}{choice}", equals: "approve" },
      input: { params: { customer: "$Input{order}" }, body: { refund: "$Input{total}" } },
    },
  ],
};
const output = { decision: "$Sequence{main}{decision}", refund: "$Sequence{main}{create_order}{body}" };
export const products = [
  {
    ...mine,
    jobs: { ...mine.jobs, refund_order: { type: "feature", feature: "refund_order" } },
    notifications: { customers: { ...customers, messages: { ...customers.messages, decision } } },
    features: { ...mine.features, refund_order: { sequences, output } },
  },
];
`;

import { ductape } from 'ductape-sdk';

const data: IJobProcessorInput = {
env: "prd",
product_tag: "my-product",
event: "send_notification",
input: {
slug: "order_update",
push_notification: {
title: { en: "Order Shipped" },
body: { en: "Your order #12345 has been shipped!" },
data: { trackingId: "XYZ987" },
device_token: "abcdef123456"
}
},
start_at: 198766789,
};

const res = await ductape.processor.job.schedule(data);

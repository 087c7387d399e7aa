import { sendCall } from "../../../clients/http/call.ts";
import { discardResponse } from "../../../clients/http/exchange.ts";
import { contentFor, type SendChannel, settingFor } from "../channel.ts";

/** Calls the catalog's URL with the input's parts. Only the status of the response is kept. */
export const sendCallback: SendChannel = async (sending) => {
  const setting = settingFor(sending, "callback");
  const { event, job } = sending.execution;
  const response = await sendCall(sending.execution, {
    method: setting.method ?? "POST",
    base: setting.url,
    baseName: `The callback URL of notification ${event.notification} in env ${job.env}`,
    path: "",
    auth: setting.auth,
    bodyType: "json",
    defaults: undefined,
    input: contentFor(sending, "callback"),
  });
  await discardResponse(response);
  return { response_status: response.status };
};

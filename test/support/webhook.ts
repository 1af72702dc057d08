import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import * as z from "zod";

const labels = z.record(z.string(), z.string());

const messageSchema = z.object({
  receiver: z.string(),
  status: z.enum(["firing", "resolved"]),
  groupLabels: labels,
  alerts: z.array(
    z.object({
      status: z.enum(["firing", "resolved"]),
      labels,
      annotations: labels,
    }),
  ),
});

/** One message, about all alerts of a group. */
export type Notification = z.output<typeof messageSchema>;
export type ReceivedAlert = Notification["alerts"][number];

/** Receives what Alertmanager sends. */
export type Webhook = {
  readonly url: string;
  /** In the order of arrival; a firing alert may come several times. */
  readonly alerts: readonly ReceivedAlert[];
  readonly notifications: readonly Notification[];
  close(): void;
};

export async function startWebhook(): Promise<Webhook> {
  const alerts: ReceivedAlert[] = [];
  const notifications: Notification[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      const notification = messageSchema.parse(JSON.parse(body));
      notifications.push(notification);
      alerts.push(...notification.alerts);
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${portOf(server.address())}`, alerts, notifications, close: () => server.close() };
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === "string") throw new Error("the webhook does not listen");
  return address.port;
}

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import * as z from "zod";

const messageSchema = z.object({
  alerts: z.array(
    z.object({
      status: z.enum(["firing", "resolved"]),
      labels: z.record(z.string(), z.string()),
      annotations: z.record(z.string(), z.string()),
    }),
  ),
});

export type ReceivedAlert = z.output<typeof messageSchema>["alerts"][number];

/** Receives what Alertmanager sends. */
export type Webhook = {
  readonly url: string;
  /** In the order of arrival; a firing alert may come several times. */
  readonly alerts: readonly ReceivedAlert[];
  close(): void;
};

export async function startWebhook(): Promise<Webhook> {
  const alerts: ReceivedAlert[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      alerts.push(...messageSchema.parse(JSON.parse(body)).alerts);
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${portOf(server.address())}`, alerts, close: () => server.close() };
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === "string") throw new Error("the webhook does not listen");
  return address.port;
}

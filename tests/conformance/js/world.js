// What the tests share: the service under test, and clients that remember what they saw.
import { WebPubSubServiceClient } from "@azure/web-pubsub";
import { WebPubSubClient, WebPubSubJsonProtocol } from "@azure/web-pubsub-client";

export const hub = "conformance";

export const service = () =>
  new WebPubSubServiceClient(process.env.WEBPUBSUB_CONNECTION_STRING, hub, { allowInsecureConnection: true });

export const allRoles = ["webpubsub.joinLeaveGroup", "webpubsub.sendToGroup"];

/** Starts a client and records its messages; stops with the test. */
export async function connect(t, { userId, roles = allRoles, groups, protocol = WebPubSubJsonProtocol() } = {}) {
  const url = async () => (await service().getClientAccessToken({ userId, roles, groups })).url;
  const client = new WebPubSubClient(
    { getClientAccessUrl: url },
    {
      protocol,
      messageRetryOptions: { maxRetries: 1, retryDelayInMs: 1 },
      // The client's timers outlive it, and Node waits for them.
      keepAliveIntervalInMs: 500,
      keepAliveTimeoutInMs: 0,
    },
  );
  const seen = [];
  const waiting = [];
  const record = (kind) => (event) => {
    // Messages bring a kind of their own.
    seen.push({ ...event, ...(typeof event.message === "object" ? event.message : {}), kind });
    waiting.splice(0).forEach((wake) => wake());
  };
  for (const kind of ["connected", "disconnected", "stopped", "group-message", "server-message"]) {
    client.on(kind, record(kind));
  }
  /** The first record that fits, waiting for it if need be. */
  async function expect(fits) {
    for (;;) {
      const index = seen.findIndex(fits);
      if (index >= 0) return seen.splice(index, 1)[0];
      await new Promise((resolve) => waiting.push(resolve));
    }
  }
  await client.start();
  t.after(() => client.stop());
  const { connectionId } = await expect((e) => e.kind === "connected");
  return { client, connectionId, seen, expect };
}

export const groupMessage = (e) => e.kind === "group-message";
export const serverMessage = (e) => e.kind === "server-message";

// A reliable client with the SDK's defaults: tells everything it sees on its output, one JSON text
// a line, and sends the events that it is told on its input. It ends with its input.
import { createInterface } from "node:readline";
import { WebPubSubClient } from "@azure/web-pubsub-client";

const client = new WebPubSubClient({ getClientAccessUrl: async () => process.env.WEBPUBSUB_CLIENT_URL });
const tell = (...what) => process.stdout.write(JSON.stringify(what) + "\n");

client.on("connected", (e) => tell("connected", e.connectionId));
client.on("disconnected", () => tell("disconnected"));
client.on("server-message", (e) => tell("message", e.message.data));
await client.start();

const lines = createInterface({ input: process.stdin });
lines.on("line", async (line) => {
  const [ackId, text] = JSON.parse(line);
  try {
    await client.sendEvent("echo", text, "text", { ackId });
    tell("sent", text);
  } catch (error) {
    tell("failed", text, error.message);
  }
});
lines.on("close", () => process.exit());

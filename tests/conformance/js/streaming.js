// A publisher and a subscriber of one stream, each with the SDK's defaults, which are reliable: the
// stream has as many fragments as the first argument says. Tells everything that happens on its
// output, one JSON text a line. It ends with its input.
import { setTimeout as delay } from "node:timers/promises";
import { WebPubSubClient } from "@azure/web-pubsub-client";

const connect = async (name) => {
  const client = new WebPubSubClient({ getClientAccessUrl: async () => process.env.WEBPUBSUB_CLIENT_URL });
  client.on("disconnected", () => tell("disconnected", name));
  await client.start();
  return client;
};
const tell = (...what) => process.stdout.write(JSON.stringify(what) + "\n");
process.stdin.on("end", () => process.exit()).resume();

const [subscriber, publisher] = [await connect("subscriber"), await connect("publisher")];
subscriber.onGroupStream(async (stream) => {
  tell("stream", stream.streamId);
  try {
    for await (const { data } of stream) tell("fragment", data);
    tell("end");
  } catch (error) {
    tell("broken", error);
  }
});
await subscriber.joinGroup("room");
const writer = await publisher.openGroupStream("room", { streamId: "s" });
writer.onError((error) => tell("failed", error));
for (let number = 0; number < Number(process.argv[2]); number++) {
  await writer.write(String(number), "text");
  if (number % 20 === 0) await delay(1);
}
await writer.end();
tell("written");
// The client has no other word for it: a stream that is closed is forgotten.
while (publisher._outboundStreams.size) await delay(5);
tell("closed");

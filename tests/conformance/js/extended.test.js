import assert from "node:assert/strict";
import { test } from "node:test";
import { WebPubSubJsonProtocol, WebPubSubJsonReliableProtocol } from "@azure/web-pubsub-client";
import { connect, groupMessage } from "./world.js";

const timeout = 20_000;

test("an invocation is answered with every data type", { timeout }, async (t) => {
  const alice = await connect(t, { roles: [] });
  for (const [content, dataType] of [["hello", "text"], [{ n: [1, null] }, "json"], [new Uint8Array([1, 255]).buffer, "binary"]]) {
    const result = await alice.client.invokeEvent("echo", content, dataType);
    assert.equal(result.dataType, dataType);
    assert.deepEqual(result.data, content);
  }
});

test("invocations of one client are answered each under its own id", { timeout }, async (t) => {
  const alice = await connect(t);
  const words = Array.from({ length: 50 }, (_, n) => `word ${n}`);
  const results = await Promise.all(words.map((word) => alice.client.invokeEvent("echo", word, "text")));
  assert.deepEqual(results.map((one) => one.data), words);
});

test("an empty answer is success without data", { timeout }, async (t) => {
  const alice = await connect(t);
  const result = await alice.client.invokeEvent("echo", "", "text");
  assert.equal(result.data, undefined);
});

test("a failing invocation says why, and keeps the connection", { timeout }, async (t) => {
  const alice = await connect(t);
  await assert.rejects(alice.client.invokeEvent("fail", "x", "text"), (error) => {
    assert.equal(error.errorDetail.name, "InternalServerError");
    return true;
  });
  assert.equal((await alice.client.invokeEvent("echo", "still here", "text")).data, "still here");
});

test("an aborted invocation is cancelled, and its id can be used again", { timeout }, async (t) => {
  const alice = await connect(t);
  const invocationId = "mine";
  const stop = new AbortController();
  const pending = alice.client.invokeEvent("slow", "x", "text", { invocationId, abortSignal: stop.signal });
  setTimeout(() => stop.abort(), 100);
  await assert.rejects(pending);
  const again = await alice.client.invokeEvent("echo", "again", "text", { invocationId });
  assert.equal(again.data, "again");
});

// The client knows the messages of group states but has no methods for them yet: what its protocol
// reads is looked at here, and requests go the way that those of its methods go.

/** A client and the states it hears of; `ask` resolves with the ack. */
async function watcher(t, { protocol = WebPubSubJsonProtocol(), ...access } = {}) {
  const heard = [];
  const waiting = [];
  const parse = protocol.parseMessages.bind(protocol);
  protocol.parseMessages = (input) => {
    const message = parse(input);
    if (message?.kind.startsWith("groupState")) {
      heard.push(message);
      waiting.splice(0).forEach((wake) => wake());
    }
    return message;
  };
  const one = await connect(t, { protocol, ...access });
  const ask = (kind, members = {}) =>
    one.client._sendMessageWithAckId((ackId) => ({ kind, group: "stage", ackId, ...members }));
  async function next() {
    while (heard.length === 0) await new Promise((resolve) => waiting.push(resolve));
    return heard.shift();
  }
  return { ...one, ask, next };
}

for (const [name, protocol] of Object.entries({ json: WebPubSubJsonProtocol, reliable: WebPubSubJsonReliableProtocol })) {
  test(`group states are set, watched and cleared (${name})`, { timeout }, async (t) => {
    const [alice, bob] = await Promise.all([
      watcher(t, { protocol: protocol(), userId: "alice", groups: ["stage"] }),
      watcher(t, { protocol: protocol() }),
    ]);
    const item = { connectionId: alice.connectionId, userId: "alice" };
    const state = { status: "typing", "name": "\u00e9\u{1f600}" };
    await alice.ask("setGroupState", { state });
    await bob.ask("subscribeGroupState");
    const first = await bob.next();
    let last = first.items[0].updatedAt;
    assert.deepEqual(first.items, [{ ...item, state, updatedAt: last }]);
    assert.equal(first.kind, "groupStateSnapshot");
    assert.ok(Math.abs(Date.now() - last) < 60_000);
    for (const changed of [{ status: "idle" }, {}, undefined]) {
      await alice.ask("setGroupState", { state: changed });
      const { kind, group, items } = await bob.next();
      assert.deepEqual([kind, group, items.length], ["groupStateUpdate", "stage", 1]);
      assert.ok(items[0].updatedAt > last);
      last = items[0].updatedAt;
      assert.deepEqual(items[0], { ...item, ...(changed && { state: changed }), updatedAt: last });
    }
    await alice.ask("setGroupState", { state });
    await bob.next();
    await alice.client.leaveGroup("stage");
    assert.equal((await bob.next()).items[0].state, undefined);
  });
}

test("a client that watches no more hears nothing", { timeout }, async (t) => {
  const alice = await watcher(t, { groups: ["stage"] });
  await alice.ask("subscribeGroupState");
  assert.deepEqual((await alice.next()).items.filter((one) => one.connectionId === alice.connectionId), []);
  await alice.ask("unsubscribeGroupState");
  await alice.ask("setGroupState", { state: {} });
  await alice.ask("subscribeGroupState");
  assert.equal((await alice.next()).kind, "groupStateSnapshot");
});

test("group states need the same roles as the groups themselves", { timeout }, async (t) => {
  const alice = await watcher(t, { roles: [], groups: ["stage"] });
  for (const kind of ["setGroupState", "subscribeGroupState"]) {
    await assert.rejects(alice.ask(kind), (error) => error.errorDetail.name === "Forbidden");
  }
  const bob = await watcher(t);
  await assert.rejects(bob.ask("setGroupState", { state: {} }), (error) => error.errorDetail.name === "BadRequest");
});

/** The streams that a client sees in a group: their ids, fragments, and how they ended. */
function watchStreams(watcher, group) {
  const streams = [];
  const waiting = [];
  watcher.client.onGroupStream(async (stream) => {
    const seen = { id: stream.streamId, fragments: [] };
    streams.push(seen);
    try {
      for await (const { data } of stream) seen.fragments.push(data);
      seen.end = "well";
    } catch (error) {
      seen.end = error;
    }
    waiting.splice(0).forEach((wake) => wake());
  }, { groupNames: [group], handleFromStart: true });
  /** Every stream, once so many have ended. */
  return async (number) => {
    while (streams.filter((one) => one.end).length < number) await new Promise((resolve) => waiting.push(resolve));
    return streams;
  };
}

test("a subscriber sees every fragment of a stream in order, and its end", { timeout }, async (t) => {
  const [alice, bob] = [await connect(t), await connect(t, { groups: ["long"] })];
  const ended = watchStreams(bob, "long");
  const words = Array.from({ length: 400 }, (_, n) => `word ${n}`);
  const writer = await alice.client.openGroupStream("long", { streamId: "s" });
  const errors = [];
  writer.onError((error) => errors.push(error));
  for (const word of words) await writer.write(word, "text");
  await writer.end();
  assert.deepEqual(await ended(1), [{ id: "s", fragments: words, end: "well" }]);
  assert.deepEqual(errors, []);
});

test("fragments may be of any data type, and streams overlap", { timeout }, async (t) => {
  const alice = await connect(t, { groups: ["mixed"] });
  const ended = watchStreams(alice, "mixed");
  const [one, two] = [await alice.client.openGroupStream("mixed"), await alice.client.openGroupStream("mixed")];
  await one.write({ n: [1, null] }, "json");
  await two.write(new Uint8Array([0, 255]).buffer, "binary");
  await one.write("", "text");
  await Promise.all([one.end(), two.end()]);
  assert.deepEqual(await ended(2), [
    { id: one.streamId, fragments: [{ n: [1, null] }, ""], end: "well" },
    { id: two.streamId, fragments: [new Uint8Array([0, 255]).buffer], end: "well" },
  ]);
});

test("an aborted stream ends with the publisher's error, and its id can be used again", { timeout }, async (t) => {
  const [alice, bob] = [await connect(t), await connect(t, { groups: ["broken"] })];
  const ended = watchStreams(bob, "broken");
  const writer = await alice.client.openGroupStream("broken", { streamId: "s" });
  await writer.write("half", "text");
  await writer.abort({ message: "gone", userErrorCode: "E1" });
  const [first] = await ended(1);
  assert.deepEqual(first, { id: "s", fragments: ["half"], end: { name: "UserError", message: "gone", userErrorCode: "E1" } });
  // Behind the answer to the stream, which the client must have to use the id again.
  await alice.client.invokeEvent("echo", "settled", "text");
  const again = await alice.client.openGroupStream("broken", { streamId: "s" });
  await again.write("whole", "text");
  await again.end();
  assert.deepEqual((await ended(2))[1], { id: "s", fragments: ["whole"], end: "well" });
});

test("noEcho leaves the publisher out, from the first fragment to the end", { timeout }, async (t) => {
  const [alice, bob] = [await connect(t, { groups: ["quiet"] }), await connect(t, { groups: ["quiet"] })];
  const ended = watchStreams(bob, "quiet");
  const writer = await alice.client.openGroupStream("quiet", { noEcho: true });
  await writer.write("psst", "text");
  await writer.end();
  assert.equal((await ended(1))[0].end, "well");
  await alice.client.invokeEvent("echo", "settled", "text");
  assert.deepEqual(alice.seen.filter(groupMessage), []);
});

test("a stream to a group without the role is refused", { timeout }, async (t) => {
  const alice = await connect(t, { roles: ["webpubsub.sendToGroup.mine"] });
  await assert.rejects(alice.client.openGroupStream("yours"), { name: "Forbidden" });
  assert.ok(await alice.client.openGroupStream("mine"));
});

test("an idle stream ends for both sides", { timeout }, async (t) => {
  const [alice, bob] = [await connect(t), await connect(t, { groups: ["idle"] })];
  const ended = watchStreams(bob, "idle");
  const writer = await alice.client.openGroupStream("idle", { idleTimeoutInMs: 200 });
  const failed = new Promise((resolve) => writer.onError(resolve));
  await writer.write("last words", "text");
  assert.equal((await failed).name, "IdleTimeout");
  const [{ fragments, end }] = await ended(1);
  assert.deepEqual([fragments, end.name], [["last words"], "IdleTimeout"]);
});

test("a publisher that goes takes its streams with it", { timeout }, async (t) => {
  const [alice, bob] = [await connect(t), await connect(t, { groups: ["left"] })];
  const ended = watchStreams(bob, "left");
  const writer = await alice.client.openGroupStream("left");
  await writer.write("bye", "text");
  alice.client.stop();
  const [{ fragments, end }] = await ended(1);
  assert.deepEqual([fragments, end.name], [["bye"], "Cancelled"]);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { WebPubSubJsonProtocol, WebPubSubJsonReliableProtocol } from "@azure/web-pubsub-client";
import { connect } from "./world.js";

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

import assert from "node:assert/strict";
import { test } from "node:test";
import { connect, groupMessage, hub, serverMessage, service } from "./world.js";

const timeout = 20_000;
const bytes = (...values) => new Uint8Array(values).buffer;

test("group messages arrive with every data type", { timeout }, async (t) => {
  const alice = await connect(t, { userId: "alice" });
  const bob = await connect(t, { userId: "bob" });
  await bob.client.joinGroup("room");
  for (const [content, dataType] of [["hello", "text"], [{ n: [1, null] }, "json"], [bytes(1, 2, 255), "binary"], [bytes(10, 1, 97, 18, 1, 0), "protobuf"]]) {
    await alice.client.sendToGroup("room", content, dataType);
    const message = await bob.expect(groupMessage);
    assert.equal(message.dataType, dataType);
    assert.equal(message.group, "room");
    assert.equal(message.fromUserId, "alice");
    assert.deepEqual(message.data, content);
  }
});

test("the sender hears itself unless it asks not to", { timeout }, async (t) => {
  const alice = await connect(t, { userId: "alice" });
  await alice.client.joinGroup("room");
  await alice.client.sendToGroup("room", "silent", "text", { noEcho: true });
  await alice.client.sendToGroup("room", "heard", "text");
  assert.equal((await alice.expect(groupMessage)).data, "heard");
});

test("a group that was left is silent", { timeout }, async (t) => {
  const alice = await connect(t);
  await alice.client.joinGroup("room");
  await alice.client.leaveGroup("room");
  await alice.client.sendToGroup("room", "gone", "text");
  await alice.client.joinGroup("room");
  await alice.client.sendToGroup("room", "back", "text");
  assert.equal((await alice.expect(groupMessage)).data, "back");
});

test("a client without roles is told that it is forbidden", { timeout }, async (t) => {
  const guest = await connect(t, { roles: [] });
  for (const attempt of [() => guest.client.joinGroup("room"), () => guest.client.sendToGroup("room", "x", "text")]) {
    await assert.rejects(attempt, (error) => {
      assert.equal(error.errorDetail.name, "Forbidden");
      return true;
    });
  }
});

test("repeating an ack id is a duplicate, and counts as done", { timeout }, async (t) => {
  const alice = await connect(t);
  const first = await alice.client.joinGroup("room", { ackId: 77 });
  const again = await alice.client.joinGroup("room", { ackId: 77 });
  assert.equal(first.isDuplicated, false);
  assert.equal(again.isDuplicated, true);
});

test("an event is answered by the application", { timeout }, async (t) => {
  const alice = await connect(t, { userId: "alice" });
  await alice.client.sendEvent("echo", { hi: 1 }, "json");
  const reply = await alice.expect(serverMessage);
  assert.deepEqual(reply.data, { hi: 1 });
});

test("a failing event rejects the call and keeps the connection", { timeout }, async (t) => {
  const alice = await connect(t);
  await assert.rejects(alice.client.sendEvent("fail", "x", "text"), (error) => {
    assert.equal(error.errorDetail.name, "InternalServerError");
    return true;
  });
  await alice.client.sendEvent("echo", "still here", "text");
  assert.equal((await alice.expect(serverMessage)).data, "still here");
});

test("a client that was closed by the server comes back and rejoins its groups", { timeout }, async (t) => {
  const alice = await connect(t);
  await alice.client.joinGroup("room");
  await service().closeConnection(alice.connectionId, { reason: "maintenance" });
  const gone = await alice.expect((e) => e.kind === "disconnected");
  assert.match(gone.message ?? "", /maintenance/);
  const back = await alice.expect((e) => e.kind === "connected");
  assert.notEqual(back.connectionId, alice.connectionId);
  while (!(await service().groupExists("room"))) await new Promise((resolve) => setTimeout(resolve, 10));
  await service().group("room").sendToAll("welcome back", { contentType: "text/plain" });
  assert.equal((await alice.expect(groupMessage)).data, "welcome back");
});

test("a refused user cannot start", { timeout }, async (t) => {
  await assert.rejects(connect(t, { userId: "refused" }));
});

test("groups of the token are joined at connect", { timeout }, async (t) => {
  const alice = await connect(t, { groups: ["lobby"] });
  await service().group("lobby").sendToAll({ hub }, {});
  assert.deepEqual((await alice.expect(groupMessage)).data, { hub });
});

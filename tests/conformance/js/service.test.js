import assert from "node:assert/strict";
import { test } from "node:test";
import { connect, groupMessage, serverMessage, service } from "./world.js";

const timeout = 20_000;

test("messages reach everybody, a user, a connection, a group", { timeout }, async (t) => {
  const alice = await connect(t, { userId: "alice-js" });
  const bob = await connect(t, { userId: "bob-js" });
  const server = service();
  await server.sendToAll("all", { contentType: "text/plain", excludedConnections: [bob.connectionId] });
  await server.sendToUser("bob-js", { only: "bob" });
  await server.sendToConnection(alice.connectionId, new Uint8Array([7]).buffer);
  assert.equal((await alice.expect(serverMessage)).data, "all");
  assert.deepEqual((await bob.expect(serverMessage)).data, { only: "bob" });
  assert.deepEqual(new Uint8Array((await alice.expect(serverMessage)).data), new Uint8Array([7]));
});

test("membership by connection and by user", { timeout }, async (t) => {
  const alice = await connect(t, { userId: "alice-js" });
  const server = service();
  const room = server.group("room-js");
  await room.addConnection(alice.connectionId);
  await room.sendToAll("one", { contentType: "text/plain" });
  assert.equal((await alice.expect(groupMessage)).data, "one");
  assert.equal(await server.groupExists("room-js"), true);
  await room.removeConnection(alice.connectionId);
  assert.equal(await server.groupExists("room-js"), false);
  await room.addUser("alice-js");
  assert.equal(await server.groupExists("room-js"), true);
  await server.removeUserFromAllGroups("alice-js");
  assert.equal(await server.groupExists("room-js"), false);
  await assert.rejects(room.addConnection("nobody"), { statusCode: 404 });
});

test("existence of connections and users", { timeout }, async (t) => {
  const alice = await connect(t, { userId: "only-js" });
  const server = service();
  assert.equal(await server.connectionExists(alice.connectionId), true);
  assert.equal(await server.connectionExists("nobody"), false);
  assert.equal(await server.userExists("only-js"), true);
  assert.equal(await server.userExists("nobody"), false);
});

test("permissions are granted, checked and revoked", { timeout }, async (t) => {
  const guest = await connect(t, { roles: [] });
  const server = service();
  const target = { targetName: "room-js" };
  assert.equal(await server.hasPermission(guest.connectionId, "joinLeaveGroup", target), false);
  await server.grantPermission(guest.connectionId, "joinLeaveGroup", target);
  assert.equal(await server.hasPermission(guest.connectionId, "joinLeaveGroup", target), true);
  await guest.client.joinGroup("room-js");
  await server.revokePermission(guest.connectionId, "joinLeaveGroup", target);
  await assert.rejects(guest.client.leaveGroup("room-js"));
});

test("closing all connections of a user", { timeout }, async (t) => {
  const alice = await connect(t, { userId: "closed-js" });
  await service().closeUserConnections("closed-js", { reason: "bye" });
  const gone = await alice.expect((e) => e.kind === "disconnected");
  assert.equal(gone.connectionId, alice.connectionId);
  const back = await alice.expect((e) => e.kind === "connected");
  assert.notEqual(back.connectionId, alice.connectionId);
});

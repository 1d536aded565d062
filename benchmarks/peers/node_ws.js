// The Node peer: /echo answers a message to its sender; /member/GROUP and /publisher/GROUP send it to
// every client of the first.
import { createServer } from "node:http";
import { WebSocketServer } from "ws";

const server = createServer();
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
const groups = new Map();

sockets.on("connection", (socket, request) => {
  const [, role, name] = request.url.split("/");
  if (role === "echo") {
    socket.on("message", (data, binary) => socket.send(data, { binary }));
    return;
  }
  if (!groups.has(name)) groups.set(name, new Set());
  const group = groups.get(name);
  if (role === "member") {
    group.add(socket);
    socket.on("close", () => group.delete(socket));
  }
  socket.on("message", (data, binary) => group.forEach((member) => member.send(data, { binary })));
});

server.listen({ port: Number(process.argv[2]), host: "127.0.0.1", backlog: 4096 });
